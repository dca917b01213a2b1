package commerce;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message of the test oracle's corpus, against the oracle's own classification of it. */
class CorpusTest {
    private static final Path CORPUS = Path.of("target", "corpus.tsv");
    private static final EventTime BOUNDS = new EventTime(LocalDate.of(1970, 1, 1), LocalDate.of(2099, 12, 31));
    private static final int REASON = EventField.ALL.length;
    private static final int PAYLOAD = REASON + 1;

    private final EventParser parser = new EventParser(BOUNDS, List.of());

    static Stream<ExpectedEvent> corpus() throws IOException {
        try (Stream<String> lines = Files.lines(CORPUS)) {
            return lines.map(ExpectedEvent::fromLine).toList().stream();
        } catch (NoSuchFileException e) {
            throw new IllegalStateException(
                    CORPUS.toAbsolutePath() + " is missing. Write it with `node test/oracle/export-corpus.ts`.", e);
        }
    }

    static Stream<ExpectedEvent> handWritten() throws IOException {
        return corpus().filter(expected -> !expected.isRandom());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handWritten")
    void classifiesAsTheOracleDoes(ExpectedEvent expected) {
        assertClassifiedAs(expected, parser.parse(expected.payload()));
    }

    @Test
    void classifiesRandomMixesAsTheOracleDoes() throws IOException {
        List<ExpectedEvent> mixes = corpus().filter(ExpectedEvent::isRandom).toList();
        // One parser for all of them: nothing of a message may show up in the next one.
        for (ExpectedEvent expected : mixes) assertClassifiedAs(expected, parser.parse(expected.payload()));
        assertTrue(mixes.stream().anyMatch(expected -> expected.reason() == null), "no good event");
        assertTrue(mixes.stream().anyMatch(expected -> expected.reason() != null), "no bad event");
    }

    private static void assertClassifiedAs(ExpectedEvent expected, GenericRowData row) {
        Object reason = row.getField(REASON);
        assertEquals(expected.reason(), reason == null ? null : reason.toString(), expected.what());
        if (expected.reason() != null) {
            assertArrayEquals(expected.payload(), (byte[]) row.getField(PAYLOAD), expected.what());
            return;
        }
        assertNull(row.getField(PAYLOAD), expected.what());
        for (EventField field : EventField.ALL) {
            String value = ExpectedEvent.textOf(row.getField(field.ordinal()));
            assertEquals(expected.fields().get(field.ordinal()), value, expected.what() + ": " + field.key);
        }
    }
}
