package commerce.postgres;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;

/** Fills one batch while another is being written, so that neither Flink nor Postgres waits for the other. */
final class PostgresWriter implements SinkWriter<RowData> {
    private final RowEncoder encoder;
    private final Table table;
    private final long intervalMillis;
    private final int maxBytes;
    private final ProcessingTimeService timers;
    private final Counter sent;
    private final ExecutorService thread;

    private Batch filling = new Batch();
    private Batch written = new Batch();
    /** Whether rows have been added since the last checkpoint. */
    private boolean hasRows;
    /** Null until the first row comes: it takes 1 MiB. */
    private RecentKeys recent;

    private Future<?> writing = CompletableFuture.completedFuture(null);

    PostgresWriter(
            RowEncoder encoder,
            Table table,
            long intervalMillis,
            int maxBytes,
            ProcessingTimeService timers,
            Counter sent) {
        this.encoder = encoder;
        this.table = table;
        this.intervalMillis = intervalMillis;
        this.maxBytes = maxBytes;
        this.timers = timers;
        this.sent = sent;
        thread = Executors.newSingleThreadExecutor(
                task -> new Thread(task, Thread.currentThread().getName() + " writer"));
        setTimer();
    }

    /** To be called before the first row. Returns when the table is what it was at the restored checkpoint. */
    void begin() throws IOException, InterruptedException {
        // Not on Flink's thread: a read from a socket cannot be interrupted.
        writing = thread.submit(() -> {
            table.begin();
            return null;
        });
        finishWriting();
    }

    @Override
    public void write(RowData row, Context context) throws IOException, InterruptedException {
        write(row);
    }

    void write(RowData row) throws IOException, InterruptedException {
        hasRows = true;
        if (recent == null) recent = new RecentKeys();
        filling.add(row, encoder, recent);
        if (filling.size() >= maxBytes) sendBatch();
    }

    /** Called at a checkpoint and at the end of the input. Returns when every row is committed. */
    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        sendBatch();
        finishWriting();
    }

    /** To be called at a checkpoint, after the flush. */
    void passCheckpoint(long id) throws IOException, InterruptedException {
        boolean hadRows = hasRows;
        hasRows = false;
        writing = thread.submit(() -> {
            table.passCheckpoint(id, hadRows);
            return null;
        });
        finishWriting();
    }

    /** Deletes from the journal what a completed checkpoint covers, without waiting for it. */
    void forgetBefore(long checkpoint) {
        thread.execute(() -> table.forgetBefore(checkpoint));
    }

    private void setTimer() {
        timers.registerTimer(timers.getCurrentProcessingTime() + intervalMillis, time -> onTimer());
    }

    private void onTimer() throws IOException, InterruptedException {
        // While a batch is being written, the next one grows: sending it would block here.
        if (writing.isDone()) sendBatch();
        setTimer();
    }

    private void sendBatch() throws IOException, InterruptedException {
        finishWriting();
        if (filling.rows() == 0) return;
        recent.nextBatch();
        Batch batch = filling;
        filling = written;
        written = batch;
        filling.clear();
        sent.inc(batch.rows());
        writing = thread.submit(() -> {
            table.write(batch);
            return null;
        });
    }

    private void finishWriting() throws IOException, InterruptedException {
        try {
            writing.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) throw failure;
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        table.close();
    }
}
