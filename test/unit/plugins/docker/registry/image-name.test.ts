import { expect, test } from "vitest";
import { DOCKER_HUB, pullReference, registryOf } from "../../../../../plugins/docker/registry/image-name.ts";

test.each([
  ["flink:2.2.1", DOCKER_HUB],
  ["apache/kafka:4.3.1", DOCKER_HUB],
  ["docker.io/library/flink", DOCKER_HUB],
  ["registry-1.docker.io/library/flink", DOCKER_HUB],
  ["localhost/flink", "localhost"],
  ["registry:5000/flink:1", "registry:5000"],
  ["registry.example.com/mirror/apache/kafka:4.3.1", "registry.example.com"],
])("the registry of %s is %s", (image, registry) => expect(registryOf(image)).toBe(registry));

test.each([
  ["flink", "flink", "latest"],
  ["flink:2.2.1-java17", "flink", "2.2.1-java17"],
  ["localhost:5000/flink", "localhost:5000/flink", "latest"],
  ["localhost:5000/flink:2", "localhost:5000/flink", "2"],
  ["a.b/flink:2@sha256:00", "a.b/flink:2", "sha256:00"],
])("%s is pulled as %s, %s", (image, fromImage, tag) => {
  expect(pullReference(image)).toEqual({ fromImage, tag });
});
