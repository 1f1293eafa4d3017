// Asks IMDS with AWS's own clients and prints what they found as JSON: {"instanceId": ..., "accessKeyId": ...} or
// {"error": ...}. Run in the folder where the clients are installed, with the seconds to wait for each answer.
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { MetadataService } = require('@aws-sdk/ec2-metadata-service');
const { fromInstanceMetadata } = require('@smithy/credential-provider-imds');

const timeout = Number(process.argv[2]) * 1000;

try {
  const service = new MetadataService({ httpOptions: { timeout }, retries: 0 });
  const instanceId = await service.request('/latest/meta-data/instance-id', {});
  const { accessKeyId } = await fromInstanceMetadata({ timeout, maxRetries: 0 })();
  console.log(JSON.stringify({ instanceId, accessKeyId }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message ?? error) }));
}
