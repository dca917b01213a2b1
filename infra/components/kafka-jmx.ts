/** The broker's metrics through JMX: with a password, and without the right to change anything. */
import * as pulumi from "@pulumi/pulumi";
import { KAFKA_JMX, SERVICES } from "../../facts/pipeline.ts";
import type { UploadedFile } from "./service.ts";

export interface JmxAccess {
  user: string;
  password: pulumi.Output<string>;
}

const PASSWORDS = "/run/secrets/kafka-jmx-password";
const ACCESS = "/etc/kafka-jmx/access";
const LOGIN = "/etc/kafka-jmx/login.conf";
const LOGIN_NAME = "KafkaJmx";

/** Options of the broker's JVM. */
export function jmxOptions(): string {
  return Object.entries({
    "com.sun.management.jmxremote.port": KAFKA_JMX.port,
    // By default the second port is random.
    "com.sun.management.jmxremote.rmi.port": KAFKA_JMX.port,
    "java.rmi.server.hostname": SERVICES.kafka.name,
    "com.sun.management.jmxremote.ssl": false,
    "com.sun.management.jmxremote.authenticate": true,
    "com.sun.management.jmxremote.access.file": ACCESS,
    // The option for a password file wants one that belongs to the broker's own user, and uploaded files belong to root.
    "com.sun.management.jmxremote.login.config": LOGIN_NAME,
    "java.security.auth.login.config": LOGIN,
  })
    .map(([option, value]) => `-D${option}=${value}`)
    .join(" ");
}

export function jmxFiles({ user, password }: JmxAccess): UploadedFile[] {
  const module = "com.sun.jmx.remote.security.FileLoginModule";
  return [
    { file: PASSWORDS, content: pulumi.interpolate`${user} ${password}\n` },
    { file: ACCESS, content: `${user} readonly\n` },
    {
      file: LOGIN,
      content: `${LOGIN_NAME} {\n  ${module} required passwordFile="${PASSWORDS}" hashPasswords="false";\n};\n`,
    },
  ];
}
