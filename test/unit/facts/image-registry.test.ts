import { describe, expect, it } from "vitest";
import { inRegistry, registryProblem } from "../../../facts/image-registry.ts";

describe("another registry", () => {
  it.each([
    ["registry.example.com/mirror", "flink:2.2.1", "registry.example.com/mirror/flink:2.2.1"],
    ["localhost:5000/", "apache/kafka:4.3.1", "localhost:5000/apache/kafka:4.3.1"],
    [undefined, "flink:2.2.1", "flink:2.2.1"],
    ["", "flink:2.2.1", "flink:2.2.1"],
  ])("%s gives %s the name %s", (registry, image, name) => {
    expect(inRegistry(registry, image)).toBe(name);
  });

  it.each(["registry.example.com", "10.0.0.1:5000/a/b-c", "localhost", "mirror:5000/docker", "[::1]:5000"])(
    "may be %s",
    (registry) => expect(registryProblem(registry)).toBeUndefined(),
  );

  // The last but one would be a user of Docker Hub.
  it.each([
    "https://registry.example.com",
    "registry.example.com//mirror",
    "a.b/Mirror",
    "mirror",
    "a.b/c:1",
  ])("cannot be %s", (registry) =>
    expect(registryProblem(registry)).toContain(`COMMERCE_REGISTRY is '${registry}'`),
  );
});
