/** Converts between the plain values of handlers and the messages of the provider protocol. */
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type { CheckFailure, Diff, DiffKind, State } from "./provider.ts";
import { fromStruct, type PropertyMap, toStruct } from "./values.ts";

const KINDS: Record<DiffKind, rpc.PropertyDiff.Kind> = {
  add: rpc.PropertyDiff.Kind.ADD,
  "add-replace": rpc.PropertyDiff.Kind.ADD_REPLACE,
  delete: rpc.PropertyDiff.Kind.DELETE,
  "delete-replace": rpc.PropertyDiff.Kind.DELETE_REPLACE,
  update: rpc.PropertyDiff.Kind.UPDATE,
  "update-replace": rpc.PropertyDiff.Kind.UPDATE_REPLACE,
};

export function toCheckResponse(inputs: object, failures: CheckFailure[] = []): rpc.CheckResponse {
  const list = failures.map(({ property, reason }) =>
    new rpc.CheckFailure().setProperty(property).setReason(reason),
  );
  return new rpc.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
}

/** Older engines send only the outputs. */
export function oldState(request: rpc.DiffRequest | rpc.UpdateRequest): State<PropertyMap, PropertyMap> {
  const outputs = fromStruct(request.getOlds());
  return { inputs: request.hasOldInputs() ? fromStruct(request.getOldInputs()) : outputs, outputs };
}

/** @param isInput whether a property is an input; for others, such as drift, the engine shows the outputs */
export function toDiffResponse(
  diff: Diff,
  isInput: (property: string) => boolean = () => true,
): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const response = new rpc.DiffResponse()
    .setChanges(diff.changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(diff.replaces)
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false)
    .setHasdetaileddiff(diff.detailed !== undefined);
  const paths = Object.entries(diff.detailed ?? {});
  const propertyOf = (path: string) => path.split(/[.[]/, 1)[0] ?? path;
  response.setDiffsList([...new Set(paths.map(([path]) => propertyOf(path)))]);
  for (const [path, kind] of paths) {
    const property = new rpc.PropertyDiff().setKind(KINDS[kind]).setInputdiff(isInput(propertyOf(path)));
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}
