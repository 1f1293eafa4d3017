// Asks IMDS with AWS's own clients and prints what they found as JSON: {"instanceId": ..., "accessKeyId": ...} or
// {"error": ...}. Run in the folder where the clients are installed.
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { MetadataService } = require('@aws-sdk/ec2-metadata-service');
const { fromInstanceMetadata } = require('@smithy/credential-provider-imds');

try {
  const service = new MetadataService({ httpOptions: { timeout: 1000 }, retries: 0 });
  const instanceId = await service.request('/latest/meta-data/instance-id', {});
  const { accessKeyId } = await fromInstanceMetadata({ timeout: 1000, maxRetries: 0 })();
  console.log(JSON.stringify({ instanceId, accessKeyId }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message ?? error) }));
}
