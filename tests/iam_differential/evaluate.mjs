// Reads {policy, requests: [{principal, context}]} line by line and prints, for each, what @cloud-copilot/iam-simulate
// decides: a list of 'Allowed', 'ImplicitlyDenied' or 'ExplicitlyDenied'. That package is AGPL: it is installed where
// the differential run needs it, and is no part of this product.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const { resolve } = createRequire(`${process.cwd()}/`)
const load = (name) => import(pathToFileURL(resolve(name)))
const { runSimulation } = await load('@cloud-copilot/iam-simulate')
const { createValidatedPolicy } = await load('@cloud-copilot/iam-policy')

const accept = (policy) => createValidatedPolicy(policy, () => [], {})
const ROLE = { resource: 'arn:aws:iam::123456789012:role/DatadogIntegrationRole', accountId: '123456789012' }
const EVERYTHING = accept({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })

async function decide(policy, { principal, context }) {
  const result = await runSimulation(
    {
      request: { principal, resource: ROLE, action: 'sts:AssumeRole', contextVariables: context },
      identityPolicies: [{ name: 'everything', policy: EVERYTHING }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: accept(policy)
    },
    { simulationMode: 'Strict' }
  )
  return result.resultType === 'error' ? `error ${JSON.stringify(result.errors)}` : result.overallResult
}

for await (const line of createInterface({ input: process.stdin })) {
  const { policy, requests } = JSON.parse(line)
  const decisions = []
  for (const request of requests) decisions.push(await decide(policy, request))
  console.log(JSON.stringify(decisions))
}
