package commerce.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in Postgres how to undo each batch, in the batch's own transaction, until a checkpoint covers it. Each run of a
 * job begins by undoing the batches that its restored checkpoint does not cover.
 */
final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    /** How long a batch of an earlier run may still take before its session is ended. */
    private static final String PATIENCE = "SET LOCAL lock_timeout = '10s'";

    private static final String LOCK_TIMEOUT = "55P03";
    /** Not one of the transient errors that {@link Table} retries. */
    private static final String REFUSED = "55000";

    private static final int MERGE_ATTEMPTS = 3;

    private final JournalStatements statements;
    private final int[] key;
    private final Run run;
    private final OptionalLong restored;
    /** The last checkpoint before the current rows. */
    private long checkpoint;

    /**
     * @param key positions of the primary key's columns
     * @param restored the checkpoint or savepoint that the run starts from
     */
    Journal(JournalStatements statements, int[] key, Run run, OptionalLong restored) {
        this.statements = statements;
        this.key = key;
        this.run = run;
        this.restored = restored;
        checkpoint = restored.orElse(0);
    }

    /** Makes this run the only one that may write the table, and undoes what earlier runs left. One subtask does both. */
    void begin(Connection connection) throws SQLException {
        if (!exists(connection))
            throw new SQLException(
                    "the undo journal is missing: create the tables of sql/postgres/30-journal.sql. With"
                            + " 'sink.journal' = 'false' none is needed, but a failure may leave wrong rows",
                    REFUSED);
        if (!run.equals(currentRun(connection))) {
            lock(connection);
            take(connection, currentRun(connection));
        }
        connection.commit();
    }

    /** The statements with which a transaction that writes rows begins. */
    String beginBatch() {
        return statements.lockAndReadRun;
    }

    /**
     * No other run can take over the table until the transaction ends.
     *
     * @param answers of {@link #beginBatch()}
     * @throws SQLException if another run has taken it over before
     */
    void checkRun(Answers answers) throws SQLException {
        answers.next();
        if (!run.equals(runIn(answers.next()))) throw superseded();
    }

    /** The rows that follow belong to the next checkpoint. */
    void passCheckpoint(long id) {
        checkpoint = id;
    }

    void recordCopied(Connection connection, CopyBuffer rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(statements.recordCopied)) {
            insert.setLong(1, checkpoint);
            insert.setBytes(2, rows.fields(key));
            insert.executeUpdate();
        }
    }

    /**
     * Writes the rows in the stage to the table. The next attempt updates rows that another session has just inserted.
     * Rows that a trigger drops are not inserted by any attempt.
     */
    void merge(Connection connection, boolean hasTypesAsSent) throws SQLException {
        String merge = hasTypesAsSent ? statements.merge : statements.mergeConverted;
        try (PreparedStatement statement = connection.prepareStatement(merge)) {
            statement.setLong(1, checkpoint);
            for (int attempt = 1; attempt <= MERGE_ATTEMPTS && countNotAdded(statement) > 0; attempt++)
                LOG.debug("Table {}: not all new rows were inserted", statements.table);
        }
    }

    private static long countNotAdded(PreparedStatement merge) throws SQLException {
        try (ResultSet answer = merge.executeQuery()) {
            return answer.next() ? answer.getLong(1) : 0;
        }
    }

    /** Deletes entries that no restore needs: after a failure Flink returns to this checkpoint or to a later one. */
    void forget(Connection connection, long completed) throws SQLException {
        try (PreparedStatement forget = connection.prepareStatement(statements.forget)) {
            forget.setLong(1, completed);
            forget.executeUpdate();
        }
        connection.commit();
    }

    private boolean exists(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(JournalStatements.EXISTS)) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    /** Waits for batches that are being written. A session that has lost its client could hold its lock for hours. */
    private void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE + "; " + statements.lock + "; SET LOCAL lock_timeout = 0");
        } catch (SQLException e) {
            if (!LOCK_TIMEOUT.equals(e.getSQLState())) throw e;
            connection.rollback();
            try (Statement statement = connection.createStatement()) {
                statement.execute(statements.endBatches + "; " + statements.lock);
            }
        }
    }

    private void take(Connection connection, Run previous) throws SQLException {
        if (run.equals(previous)) return;
        if (previous != null && run.isOlderThan(previous)) throw superseded();
        OptionalLong from = run.undoAfter(previous, restored);
        if (from.isPresent()) {
            int undone = new Undo(connection, statements).after(from.getAsLong());
            if (undone > 0)
                LOG.info("Table {}: undid {} batches after checkpoint {}", statements.into, undone, from.getAsLong());
        }
        try (PreparedStatement take = connection.prepareStatement(statements.takeRun);
                Statement clear = connection.createStatement()) {
            clear.execute(statements.clear);
            take.setString(1, run.job());
            take.setString(2, run.graph());
            take.setInt(3, run.attempt());
            take.executeUpdate();
        }
    }

    private Run currentRun(Connection connection) throws SQLException {
        try (Answers answers = new Answers(connection, statements.readRun)) {
            return runIn(answers.next());
        }
    }

    /** @return the run that may write the table; null if there is none */
    private static Run runIn(ResultSet answer) throws SQLException {
        return answer.next() ? new Run(answer.getString(1), answer.getString(2), answer.getInt(3)) : null;
    }

    private SQLException superseded() {
        String reason = "table %s is now written by a newer run of this job, or by another job";
        return new SQLException(reason.formatted(statements.table), REFUSED);
    }
}
