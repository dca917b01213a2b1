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

    /** What the merge does with a row in the stage. */
    private static final String ADDS = "NOT stage_deleted AND stage_previous IS NULL";

    private static final String REPLACES = "NOT stage_deleted AND NOT stage_same";
    private static final String REMOVES = "stage_deleted AND stage_previous IS NOT NULL";

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
    /**
     * Merges the stage into the table, and records how to undo that. Returns how many new rows it has not inserted, because
     * another session has just inserted rows with their keys, or because a trigger has dropped them.
     */
    final String merge;
    /** For a table that has other types than those that rows are sent in: they may have no operator to compare them. */
    final String mergeConverted;

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

        merge = merge(types.keySet(), key, true);
        mergeConverted = merge(types.keySet(), key, false);

        forget = "DELETE FROM commerce_sink.journal WHERE target = " + target + " AND checkpoint < ?";
        // Also removes the entries of tables that were dropped.
        clear = "DELETE FROM commerce_sink.journal WHERE target = " + target
                + " OR NOT EXISTS (SELECT FROM pg_class WHERE oid = target)";
        entries = "SELECT action, key_columns, key_types, keys, rows FROM commerce_sink.journal WHERE target = "
                + target + " AND checkpoint >= ? ORDER BY id DESC";
    }

    /** Each row is looked up by its key, in an order that lets concurrent writers rarely deadlock. */
    private String merge(Collection<String> columns, List<String> key, boolean compares) {
        String all = Statements.list(columns, "%s");
        String keys = Statements.list(key, "%s");
        String oldKeys = Statements.list(key, "old.%s");
        List<String> others =
                columns.stream().filter(column -> !key.contains(column)).toList();
        String isSame = others.isEmpty()
                ? "TRUE"
                : compares
                        ? "(" + Statements.list(others, "old.%s") + ") IS NOT DISTINCT FROM ("
                                + Statements.list(others, "last.%s") + ")"
                        : "FALSE";
        // An updated row gets back only the columns that the job writes; a deleted row comes back with all of them.
        String previous =
                "CASE WHEN stage_deleted THEN row_to_json(old.*) ELSE (SELECT row_to_json(written.*) FROM (SELECT "
                        + Statements.list(columns, "old.%s") + ") AS written) END";
        String insert = "(INSERT INTO " + into + " AS old (" + all + ") SELECT " + all + " FROM staged WHERE ";
        return "WITH " + Statements.last(key)
                + ", staged AS MATERIALIZED (SELECT * FROM last LEFT JOIN LATERAL (SELECT " + previous
                + " AS stage_previous, " + isSame + " AS stage_same FROM " + into + " AS old WHERE (" + oldKeys
                + ") = ("
                + Statements.list(key, "last.%s") + ") FOR UPDATE) AS found ON TRUE)"
                + ", added AS " + insert + ADDS + " ON CONFLICT (" + keys + ") DO NOTHING RETURNING " + keys + ")"
                + (others.isEmpty()
                        ? ""
                        : ", replaced AS " + insert + REPLACES + Statements.orUpdate(key, others) + ")")
                + ", removed AS (DELETE FROM " + into + " AS old USING staged WHERE " + REMOVES + " AND (" + oldKeys
                + ") = (" + Statements.list(key, "staged.%s") + "))"
                + ", changes (action, row) AS (SELECT 'added', row_to_json(added.*) FROM added"
                + " UNION ALL SELECT 'replaced', stage_previous FROM staged WHERE " + REPLACES
                + " UNION ALL SELECT 'removed', stage_previous FROM staged WHERE " + REMOVES + ")"
                + ", recorded AS (" + record("rows") + "SELECT " + entry("action")
                + ", json_agg(row) FROM changes GROUP BY action)"
                + " SELECT (SELECT COUNT(*) FROM staged WHERE " + ADDS + ") - (SELECT COUNT(*) FROM added)";
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
