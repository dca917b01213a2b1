/** Converts between the plain values of handlers and the messages of the provider protocol. */
import { status as grpcStatus, Metadata, type ServiceError } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import rpcStatus from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { type CheckFailure, type Diff, type DiffKind, NotReady, type State } from "./provider.ts";
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

/** The engine takes the text from `details`, and what to record about a resource that is not ready from the metadata. */
export function toServiceError(error: unknown): Pick<ServiceError, "code" | "details" | "metadata"> {
  const details = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof NotReady) {
    const recorded = new rpc.ErrorResourceInitFailed()
      .setId(error.id)
      .setInputs(toStruct(error.state.inputs))
      .setProperties(toStruct(error.state.outputs))
      .setReasonsList([details]);
    const detail = new any.Any();
    detail.pack(recorded.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const answer = new rpcStatus.Status().setCode(grpcStatus.UNKNOWN).setMessage(details);
    answer.addDetails(detail);
    metadata.set("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  }
  return { code: grpcStatus.UNKNOWN, details, metadata };
}
