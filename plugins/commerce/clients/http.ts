/** JSON over HTTP. Errors name the service that they come from. */
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { isConnectionCode, unreachable } from "./unreachable.ts";

/** The service answered with an error. */
export class HttpError extends Error {
  readonly status: number;
  /** From Flink's REST services: a headline and a Java stack trace. */
  readonly errors: readonly string[];

  constructor(message: string, status: number, errors: readonly string[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const REQUEST_TIMEOUT_MS = 30_000;

export class HttpService {
  readonly #service: string;
  readonly #http: AxiosInstance;

  /**
   * @param name the service's name in errors, such as `The SQL Gateway`
   * @param timeoutMs of one request
   */
  constructor(name: string, baseUrl: string, timeoutMs = REQUEST_TIMEOUT_MS) {
    this.#service = `${name} at ${baseUrl}`;
    // The services are local: a proxy in the environment is not for them.
    this.#http = axios.create({ baseURL: baseUrl, timeout: timeoutMs, proxy: false });
  }

  /** @throws Unreachable, HttpError */
  async request<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<T> {
    try {
      return (await this.#http.request<T>({ method, url: path, data: body })).data;
    } catch (error) {
      if (!isAxiosError<{ errors?: unknown }>(error)) throw error;
      const { response } = error;
      if (!response) {
        // "socket hang up" and a timeout have no code of their own; both mean that the service does not answer.
        if (isConnectionCode(error.code) || error.request) throw unreachable(this.#service, error);
        throw error;
      }
      // 503: a JobManager that is starting has no leader yet.
      if (response.status === 503) throw unreachable(this.#service, error);
      const errors = Array.isArray(response.data?.errors) ? response.data.errors.map(String) : [];
      const reason = errors[0] ?? error.message;
      throw new HttpError(`${this.#service}: ${method} ${path}: ${reason}`, response.status, errors);
    }
  }
}
