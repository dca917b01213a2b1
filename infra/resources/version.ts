/** Version of the provider plugin in `plugins/commerce`, which Pulumi.yaml names. */
export const providerVersion = "0.1.0";
