package commerce.postgres;

import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The SQL for one table. Names are folded as Postgres folds unquoted ones: `transactionId` is transactionid. */
final class Statements implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String STAGE = "pg_temp.commerce_stage";

    final String table;
    /** For rows whose keys are not in the table yet. */
    final String copy;
    /** The connection's temporary table, with each row's place in its batch and whether it is a deletion. */
    final String createStage;
    /** Whether the table has the types that rows are sent in. If not, the merge from the stage converts them. */
    final String hasTypesAsSent;

    final String copyToStage;
    /** Takes the last row of each key, and rows in the order of keys, so that concurrent writers rarely deadlock. */
    final String mergeUpserts;

    final String mergeChanges;

    /** @param types Postgres's type of each column, in the order of the columns */
    Statements(String table, LinkedHashMap<String, String> types, List<String> key) {
        this.table = table;
        Set<String> columns = types.keySet();
        String into = qualified(table);
        String all = list(columns, "%s");
        List<String> others =
                columns.stream().filter(column -> !key.contains(column)).toList();

        copy = "COPY " + into + " (" + all + ") FROM STDIN (FORMAT binary)";
        createStage = "CREATE TEMPORARY TABLE commerce_stage ("
                + types.entrySet().stream().map(Statements::declared).collect(Collectors.joining(", "))
                + ", stage_place integer, stage_deleted boolean) ON COMMIT DELETE ROWS";
        hasTypesAsSent = "SELECT bool_and(sent.atttypid = there.atttypid)"
                + " FROM pg_attribute AS sent JOIN pg_attribute AS there USING (attname)"
                + " WHERE sent.attrelid = '" + STAGE + "'::regclass AND sent.attnum > 0"
                + " AND there.attrelid = '" + into.replace("'", "''") + "'::regclass";
        copyToStage = "COPY " + STAGE + " (" + all + ", stage_place, stage_deleted) FROM STDIN (FORMAT binary)";
        String insert = "INSERT INTO " + into + " AS old (" + all + ") SELECT " + all + " FROM last";
        String orUpdate = orUpdate(key, others);
        mergeUpserts = "WITH " + last(key) + " " + insert + orUpdate;
        mergeChanges = "WITH " + last(key) + ", gone AS (DELETE FROM " + into + " AS old USING last"
                + " WHERE stage_deleted AND (" + list(key, "old.%s") + ") = (" + list(key, "last.%s") + ")) "
                + insert + " WHERE NOT stage_deleted" + orUpdate;
    }

    /** The table expression `last`: of the rows in the stage, the last one of each key. */
    static String last(List<String> key) {
        String keys = list(key, "%s");
        return "last AS (SELECT DISTINCT ON (" + keys + ") * FROM " + STAGE + " ORDER BY " + keys
                + ", stage_place DESC)";
    }

    /** An identical row is not written again: a replay leaves no dead rows behind. */
    static String orUpdate(List<String> key, List<String> others) {
        return " ON CONFLICT (" + list(key, "%s") + ") DO "
                + (others.isEmpty()
                        ? "NOTHING"
                        : "UPDATE SET " + list(others, "%1$s = excluded.%1$s")
                                + " WHERE (" + list(others, "old.%s") + ") IS DISTINCT FROM ("
                                + list(others, "excluded.%s") + ")");
    }

    /** @param table may name its schema */
    static String qualified(String table) {
        return Stream.of(table.split("\\.")).map(Statements::quoted).collect(Collectors.joining("."));
    }

    static String list(Collection<String> columns, String each) {
        return columns.stream().map(column -> each.formatted(quoted(column))).collect(Collectors.joining(", "));
    }

    private static String declared(Map.Entry<String, String> column) {
        return quoted(column.getKey()) + " " + column.getValue();
    }

    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    static String quoted(String name) {
        return '"' + folded(name).replace("\"", "\"\"") + '"';
    }
}
