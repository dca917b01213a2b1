package commerce;

/** Carries the reason why an event is a dead letter, as docs/DATA_CONTRACT.md words it. */
final class BadEvent extends Exception {
    private static final long serialVersionUID = 1;

    BadEvent(String reason) {
        // A stack trace for each bad event would cost more than parsing it.
        super(reason, null, false, false);
    }
}
