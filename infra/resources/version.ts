/** Version of the provider plugin in `plugins/commerce`; the engine finds the plugin by name through Pulumi.yaml. */
export const providerVersion = "0.1.0";
