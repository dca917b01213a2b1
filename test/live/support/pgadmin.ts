/** pgAdmin as a browser sees it: the login form, then the requests of the page's own scripts. */
import axios, { type AxiosInstance, type AxiosResponse } from "axios";

export class PgAdminClient {
  readonly #http: AxiosInstance;
  readonly #cookies = new Map<string, string>();

  private constructor(url: string) {
    // If JSON is accepted, the login page does not return its form.
    const headers = { Accept: "text/html" };
    this.#http = axios.create({
      baseURL: url,
      headers,
      maxRedirects: 0,
      timeout: 20_000,
      validateStatus: () => true,
    });
    this.#http.interceptors.request.use((request) => {
      request.headers.set("Cookie", [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "));
      return request;
    });
    this.#http.interceptors.response.use((response) => this.#remember(response));
  }

  static async login(url: string, email: string, password: string): Promise<PgAdminClient> {
    const client = new PgAdminClient(url);
    const page = await client.#http.get("/login?next=/");
    const form = {
      email,
      password,
      csrf_token: find(page.data, /csrfToken": "([^"]+)"/),
      internal_button: "Login",
    };
    const answer = await client.#http.post("/authenticate/login", new URLSearchParams(form));
    if (!String(answer.headers.location).includes("/browser/")) throw new Error("pgAdmin refused the login");
    await client.#http.get("/browser/");
    const script = await client.#http.get("/browser/js/utils.js");
    client.#http.defaults.headers.common["X-pgA-CSRFToken"] = find(script.data, /csrf_token'\] = '([^']+)'/);
    return client;
  }

  /** The registered servers of the first group. */
  async servers(): Promise<{ _id: string; label: string; username: string }[]> {
    return (await this.#http.get("/browser/server/nodes/1/")).data.result;
  }

  /** Connects to a server. pgAdmin answers `success: 0` and a prompt if it has no password. */
  async connect(server: string): Promise<{ success: number }> {
    return (await this.#http.post(`/browser/server/connect/1/${server}`)).data;
  }

  #remember(response: AxiosResponse): AxiosResponse {
    for (const cookie of response.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    return response;
  }
}

function find(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`pgAdmin's page has nothing like ${pattern}`);
  return found;
}
