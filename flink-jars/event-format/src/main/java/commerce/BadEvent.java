package commerce;

/** Why an event cannot be used, in the words of docs/DATA_CONTRACT.md. */
final class BadEvent extends Exception {
    private static final long serialVersionUID = 1;

    BadEvent(String reason) {
        // A stack trace for each bad event would cost more than parsing it.
        super(reason, null, false, false);
    }
}
