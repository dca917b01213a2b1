package commerce.postgres;

import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.VarCharType;

/** What Postgres calls a column of Flink's. */
final class PostgresType {
    private PostgresType() {}

    /** @return null if there is none */
    static String of(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR -> "bpchar";
            case VARCHAR -> ((VarCharType) type).getLength() == VarCharType.MAX_LENGTH ? "text" : "varchar";
            case BINARY, VARBINARY -> "bytea";
            case BOOLEAN -> "boolean";
            case SMALLINT -> "smallint";
            case INTEGER -> "integer";
            case BIGINT -> "bigint";
            case FLOAT -> "real";
            case DOUBLE -> "double precision";
            case DATE -> "date";
            case TIME_WITHOUT_TIME_ZONE -> "time";
            case TIMESTAMP_WITHOUT_TIME_ZONE -> "timestamp";
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> "timestamptz";
            case DECIMAL -> "numeric(" + ((DecimalType) type).getPrecision() + ", " + ((DecimalType) type).getScale() + ")";
            default -> null;
        };
    }
}
