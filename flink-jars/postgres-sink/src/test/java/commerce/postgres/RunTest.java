package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final OptionalLong NONE = OptionalLong.empty();
    private static final OptionalLong SEVENTH = OptionalLong.of(7);
    private final Run first = new Run("job", "graph", 0);

    @Test
    void isOlderThanALaterAttemptOnly() {
        Run second = new Run("job", "graph", 1);
        assertTrue(first.isOlderThan(second));
        assertFalse(second.isOlderThan(first));
        assertFalse(first.isOlderThan(first));
    }

    @Test
    void isNotOlderThanAnAttemptOfAnotherJobManager() {
        assertFalse(first.isOlderThan(new Run("job", "graph of the previous JobManager", 3)));
    }

    @Test
    void undoesNothingIfThereIsNoJournal() {
        assertEquals(NONE, first.undoAfter(null, SEVENTH));
    }

    @Test
    void undoesWhatItsRestoredCheckpointDoesNotCover() {
        assertEquals(SEVENTH, new Run("job", "graph", 1).undoAfter(first, SEVENTH));
        assertEquals(SEVENTH, new Run("next version", "graph 2", 0).undoAfter(first, SEVENTH));
    }

    @Test
    void undoesEverythingIfItFailedBeforeItsFirstCheckpoint() {
        assertEquals(OptionalLong.of(0), new Run("job", "graph", 1).undoAfter(first, NONE));
    }

    @Test
    void undoesNothingOfAnotherJobIfItStartsWithoutState() {
        assertEquals(NONE, new Run("stateless", "graph 2", 0).undoAfter(first, NONE));
        assertEquals(NONE, new Run("stateless", "graph 2", 1).undoAfter(first, NONE));
    }
}
