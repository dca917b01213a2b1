import { Agent } from "node:https";
import axios from "axios";
import { messageOf } from "../errors.ts";
import type { Answer, Answers, DatadogKeys } from "./verdict.ts";

/**
 * Asks Datadog's API whether it accepts the keys. Never rejects.
 *
 * @param url of the API, such as `https://api.datadoghq.eu`
 */
export async function askAboutKeys(
  { apiKey, appKey }: DatadogKeys,
  url: string,
  limitMs = 5_000,
): Promise<Answers> {
  const withApiKey = { "DD-API-KEY": apiKey };
  const [one, both] = await Promise.all([
    answerOf(`${url}/api/v1/validate`, withApiKey, limitMs),
    appKey === undefined
      ? undefined
      : answerOf(`${url}/api/v2/validate_keys`, { ...withApiKey, "DD-APPLICATION-KEY": appKey }, limitMs),
  ]);
  return { apiKey: one, both };
}

async function answerOf(url: string, headers: Record<string, string>, limitMs: number): Promise<Answer> {
  try {
    const { status } = await axios.get(url, {
      headers,
      validateStatus: () => true,
      signal: AbortSignal.timeout(limitMs),
      // A proxy in the environment is used as Pulumi's plugin does: through a tunnel.
      proxy: false,
      httpsAgent: new Agent({ proxyEnv: process.env }),
    });
    return status;
  } catch (error) {
    return axios.isCancel(error) ? `no answer within ${limitMs / 1000} s` : messageOf(error);
  }
}
