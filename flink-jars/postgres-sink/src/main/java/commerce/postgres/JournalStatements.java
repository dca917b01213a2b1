package commerce.postgres;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** The SQL that records how to undo the writes to one table. The SQL that undoes them is in {@link Undo}. */
final class JournalStatements {
    static final String EXISTS =
            "SELECT to_regclass('commerce_sink.journal') IS NOT NULL AND to_regclass('commerce_sink.runs') IS NOT NULL";

    /** The upper half of an advisory lock's key, which keeps it apart from other uses of such locks. */
    private static final long LOCKS = 0x5349_4e4bL << 32;

    /** The table as a value of type regclass. */
    final String target;

    final String table;
    final String into;
    final String lock;
    final String endBatches;
    final String readRun;
    final String takeRun;
    /** Two statements: the second must see what was committed while the first waited. */
    final String lockAndReadRun;

    final String recordCopied;
    final String insertNewRows;
    final String recordPrevious;
    /** Only for a table that has the types that rows are sent in. Other types may have no operator to compare them. */
    final String recordPreviousIfChanged;

    final String forget;
    final String clear;
    final String entries;

    private final String keyColumns;

    JournalStatements(String table, LinkedHashMap<String, String> types, List<String> key) {
        this.table = table;
        into = Statements.qualified(table);
        target = literal(into) + "::regclass";
        String lockKey = "(" + LOCKS + " | " + target + "::oid::bigint)";
        lock = "SELECT pg_advisory_xact_lock(" + lockKey + ")";
        endBatches = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
                + " AND granted AND mode = 'ShareLock' AND pid <> pg_backend_pid()"
                + " AND (classid::bigint << 32 | objid::bigint) = " + lockKey;
        readRun = "SELECT job, graph, attempt FROM commerce_sink.runs WHERE target = " + target;
        takeRun = "INSERT INTO commerce_sink.runs (target, job, graph, attempt) VALUES (" + target + ", ?, ?, ?)"
                + " ON CONFLICT (target) DO UPDATE"
                + " SET job = excluded.job, graph = excluded.graph, attempt = excluded.attempt";
        lockAndReadRun = "SELECT pg_advisory_xact_lock_shared(" + lockKey + "); " + readRun;

        keyColumns = array(key.stream().map(Statements::folded).toList()) + ", "
                + array(key.stream().map(types::get).toList());
        recordCopied = record("keys") + "VALUES (" + entry("'copied'") + ", ?)";

        String all = Statements.list(types.keySet(), "%s");
        String keys = Statements.list(key, "%s");
        insertNewRows = "WITH " + Statements.last(key) + ", added AS (INSERT INTO " + into + " (" + all + ") SELECT "
                + all
                + " FROM last WHERE NOT stage_deleted ON CONFLICT (" + keys + ") DO NOTHING RETURNING " + keys + ") "
                + record("rows") + "SELECT " + entry("'added'") + ", jsonb_agg(to_jsonb(added)) FROM added"
                + " HAVING COUNT(*) > 0";

        // An updated row gets back only the columns that the job writes; a deleted row comes back with all of them.
        String written =
                "(SELECT to_jsonb(written) FROM (SELECT " + Statements.list(types.keySet(), "old.%s") + ") AS written)";
        String previous = "WITH " + Statements.last(key) + ", previous AS (SELECT stage_deleted,"
                + " CASE WHEN stage_deleted THEN to_jsonb(old) ELSE " + written + " END AS row FROM " + into
                + " AS old JOIN last ON (" + Statements.list(key, "old.%s") + ") = ("
                + Statements.list(key, "last.%s") + ") WHERE ";
        String recorded = " ORDER BY " + Statements.list(key, "last.%s") + " FOR UPDATE OF old) " + record("rows")
                + "SELECT " + entry("CASE WHEN stage_deleted THEN 'removed' ELSE 'replaced' END")
                + ", jsonb_agg(row) FROM previous GROUP BY stage_deleted";
        List<String> others =
                types.keySet().stream().filter(column -> !key.contains(column)).toList();
        recordPrevious = previous + (others.isEmpty() ? "stage_deleted" : "TRUE") + recorded;
        recordPreviousIfChanged = others.isEmpty()
                ? recordPrevious
                : previous + "(stage_deleted OR (" + Statements.list(others, "old.%s") + ") IS DISTINCT FROM ("
                        + Statements.list(others, "last.%s") + "))" + recorded;

        forget = "DELETE FROM commerce_sink.journal WHERE target = " + target + " AND checkpoint < ?";
        // Also removes the entries of tables that were dropped.
        clear = "DELETE FROM commerce_sink.journal WHERE target = " + target
                + " OR NOT EXISTS (SELECT FROM pg_class WHERE oid = target)";
        entries = "SELECT action, key_columns, key_types, keys, rows FROM commerce_sink.journal WHERE target = "
                + target + " AND checkpoint >= ? ORDER BY id DESC";
    }

    private static String record(String content) {
        return "INSERT INTO commerce_sink.journal (target, checkpoint, action, key_columns, key_types, " + content
                + ") ";
    }

    private String entry(String action) {
        return target + ", ?, " + action + ", " + keyColumns;
    }

    private static String array(Collection<String> texts) {
        return texts.stream().map(JournalStatements::literal).collect(Collectors.joining(", ", "ARRAY[", "]"));
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
