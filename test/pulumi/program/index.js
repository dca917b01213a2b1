// A small version of the pipeline: a network, volumes, containers that use them, and a password.
const docker = require("@pulumi/docker");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const labels = [
  { label: "com.commerce-pipeline.project", value: pulumi.getProject() },
  { label: "com.commerce-pipeline.stack", value: pulumi.getStack() },
];
const config = new pulumi.Config();
const prefix = `${pulumi.getProject()}-${pulumi.getStack()}`;

const network = new docker.Network("network", { name: prefix, labels });
const password = new random.RandomPassword("password", { length: 32, special: false });
const volumes = ["a", "b"].map(
  (name) =>
    new docker.Volume(
      `volume-${name}`,
      { name: `${prefix}-${name}`, labels },
      { retainOnDelete: config.getBoolean("retain") },
    ),
);
const containers = volumes.map((volume, at) => {
  const name = `container-${at}`;
  return new docker.Container(
    name,
    {
      name: `${prefix}-${name}`,
      image: config.require("image"),
      command: ["sleep", "3600"],
      envs: [`GENERATION=${config.get("generation") ?? 0}`],
      labels,
      networksAdvanced: [{ name: network.name }],
      volumes: [{ volumeName: volume.name, containerPath: "/data" }],
      uploads: [{ file: "/etc/password", content: password.result }],
      healthcheck: {
        tests: ["CMD-SHELL", "test -s /etc/password"],
        interval: "1s",
        timeout: "1s",
        retries: 3,
        startPeriod: "1s",
      },
      wait: true,
      waitTimeout: 60,
      restart: "no",
    },
    { deleteBeforeReplace: true },
  );
});
if (config.getBoolean("unlabelled")) new docker.Volume("unlabelled", { name: `${prefix}-unlabelled` });
if (config.getBoolean("throws")) throw new Error("the program has thrown");

exports.names = pulumi.all(containers.map(({ name }) => name));
exports.password = pulumi.secret(password.result);
