package commerce.postgres;

import java.util.OptionalLong;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * One run of a job, from its start or a failure to the next failure. All of its subtasks share it.
 *
 * @param graph Flink's id of the execution graph; a new JobManager creates a new one, and counts attempts from 0 again
 */
record Run(String job, String graph, int attempt) {
    /** Begins with the id of the graph. */
    private static final String ATTEMPT_ID = "<task_attempt_id>";

    static Run of(RuntimeContext context) {
        String attemptId = context.getMetricGroup().getAllVariables().get(ATTEMPT_ID);
        return new Run(
                context.getJobInfo().getJobId().toString(),
                attemptId.substring(0, attemptId.indexOf('_')),
                context.getTaskInfo().getAttemptNumber());
    }

    /** Attempts of one graph follow each other. Otherwise, what starts later is newer. */
    boolean isOlderThan(Run other) {
        return graph.equals(other.graph) && attempt < other.attempt;
    }

    /**
     * @param previous the last run that wrote the table; null if its rows are in no journal
     * @param restored the checkpoint or savepoint that this run starts from
     * @return the checkpoint after which all batches of the previous run are undone; empty if they are kept
     */
    OptionalLong undoAfter(Run previous, OptionalLong restored) {
        if (previous == null) return OptionalLong.empty();
        // Its first checkpoint has not completed yet, so the same job starts over.
        if (previous.job.equals(job)) return OptionalLong.of(restored.orElse(0));
        // Another job that starts without state computes the rows of all events again, and keeps rows whose events have
        // expired.
        return restored;
    }
}
