package commerce.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A table in Postgres, over a connection of its own, which is opened at the first write. */
final class Table implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Table.class);
    private static final int ATTEMPTS = 4;
    private static final long PAUSE_MILLIS = 1_000;
    /** A row with this key exists already, or two writers blocked each other. */
    private static final Set<String> CONFLICT = Set.of("23505", "40P01");
    /** Classes of SQLSTATE: no connection, transaction rolled back, insufficient resources, operator intervention. */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "57");

    private static final int MAX_BACKOFF = 64;
    /**
     * Statements are planned once, for a table that may grow and for an unknown number of rows: they must look up each key.
     * Postgres would compile a plan that has no alternative to what is off, as it counts as expensive.
     */
    private static final String BY_INDEX =
            "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

    private final String url;
    private final Statements statements;
    /** Positions of the primary key's columns. */
    private final int[] key;
    /** Null if rows are never undone. */
    private final Journal journal;

    private final String beginMerge;
    /**
     * A plain COPY interprets the bytes by the columns' current types, and inserts a key twice where no constraint forbids
     * it. So both are checked for each batch: the EXPLAIN is refused without a unique constraint on the key. Its lock lasts
     * until the commit, so that nobody changes the table meanwhile.
     */
    private final String beginCopy;

    private volatile Connection connection;
    /** How many batches are merged before a plain COPY is tried again, and how many will be after the next conflict. */
    private int batchesToMerge;

    private int backoff = 1;

    Table(String url, Statements statements, int[] key, Journal journal) {
        this.url = url;
        this.statements = statements;
        this.key = key;
        this.journal = journal;
        String begin = journal == null ? "" : journal.beginBatch() + "; ";
        beginMerge = begin + statements.hasTypesAsSent;
        beginCopy = begin + "EXPLAIN " + statements.mergeUpserts + "; " + statements.hasTypesAsSent;
    }

    private interface Step {
        void run() throws SQLException;
    }

    /** Returns when the table is what it was at the restored checkpoint. */
    void begin() throws IOException, InterruptedException {
        if (journal != null) retry("The sink cannot begin to write", () -> journal.begin(connection));
    }

    /** Returns when the rows are committed. @throws IOException with Postgres's message, after the last attempt */
    void write(Batch rows) throws IOException, InterruptedException {
        retry("Postgres did not take " + rows.rows() + " rows for", () -> writeOnce(rows));
    }

    /** Ends a checkpoint's rows. @throws IOException if another run has taken over the table, and undone these rows */
    void passCheckpoint(long id, boolean hasRows) throws IOException, InterruptedException {
        if (journal == null) return;
        if (hasRows)
            retry("The checkpoint does not cover", () -> {
                try (Answers answers = new Answers(connection, journal.beginBatch())) {
                    journal.checkRun(answers);
                }
                connection.commit();
            });
        journal.passCheckpoint(id);
    }

    /** After an error, the entries are deleted with those of the next checkpoint. */
    void forgetBefore(long checkpoint) {
        if (journal == null || connection == null) return;
        try {
            journal.forget(connection, checkpoint);
        } catch (SQLException e) {
            close();
            LOG.warn("The undo journal of table {} could not be shortened: {}", statements.table, e.getMessage());
        }
    }

    private void retry(String failure, Step step) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (connection == null) connect();
                step.run();
                return;
            } catch (SQLException e) {
                close();
                String state = e.getSQLState();
                boolean isTransient = state != null && TRANSIENT.contains(state.substring(0, 2));
                if (!isTransient || attempt == ATTEMPTS)
                    throw new IOException(failure + " table " + statements.table + ": " + e.getMessage(), e);
                Thread.sleep(PAUSE_MILLIS * attempt);
            }
        }
    }

    private void connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "Flink sink " + statements.table);
        connection = new Driver().connect(url, properties);
        // Cancelling the job found no connection to close.
        if (Thread.currentThread().isInterrupted()) throw new SQLException("cancelled while it connected");
        connection.setAutoCommit(false);
        execute(statements.createStage + "; " + BY_INDEX);
        connection.commit();
    }

    private void writeOnce(Batch rows) throws SQLException {
        boolean copies = rows.fresh.rows() > 0 && batchesToMerge-- <= 0;
        boolean hasTypesAsSent = begin(copies);
        if (copies && hasTypesAsSent) {
            if (copied(rows)) return;
            hasTypesAsSent = begin(false);
        }
        merge(rows, hasTypesAsSent, rows.fresh, rows.known);
        connection.commit();
    }

    /** @return whether the table has the types that rows are sent in */
    private boolean begin(boolean copies) throws SQLException {
        try (Answers answers = new Answers(connection, copies ? beginCopy : beginMerge)) {
            if (journal != null) journal.checkRun(answers);
            if (copies) answers.next();
            ResultSet types = answers.next();
            return types.next() && types.getBoolean(1);
        }
    }

    /**
     * A plain COPY costs Postgres half as much as an upsert, and almost every key that seems new is new. When one is
     * not (in a replay, or without de-duplication), the whole batch is merged, and so are the next ones: twice as many
     * after each failed attempt.
     */
    private boolean copied(Batch rows) throws SQLException {
        try {
            copy(statements.copy, rows.fresh);
            if (journal != null) journal.recordCopied(connection, rows.fresh);
            if (rows.known.rows() > 0) merge(rows, true, rows.known);
            connection.commit();
            backoff = 1;
            batchesToMerge = 0;
            return true;
        } catch (SQLException e) {
            if (!CONFLICT.contains(e.getSQLState())) throw e;
            connection.rollback();
            batchesToMerge = backoff;
            backoff = Math.min(2 * backoff, MAX_BACKOFF);
            return false;
        }
    }

    private void merge(Batch rows, boolean hasTypesAsSent, CopyBuffer... parts) throws SQLException {
        for (CopyBuffer part : parts) if (part.rows() > 0) copy(statements.copyToStage, part.staged(key));
        if (journal != null) journal.merge(connection, hasTypesAsSent);
        else execute(rows.deletes() ? statements.mergeChanges : statements.mergeUpserts);
    }

    private void copy(String sql, CopyBuffer rows) throws SQLException {
        Copy.send(connection, sql, rows.bytes(), rows.size());
    }

    private void execute(String sql) throws SQLException {
        new Answers(connection, sql).close();
    }

    /** Also aborts a statement that is running. */
    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open == null) return;
        try {
            open.abort(Runnable::run);
        } catch (SQLException e) {
            // The connection is gone either way.
        }
    }
}
