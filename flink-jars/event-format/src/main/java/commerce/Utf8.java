package commerce;

/** Well-formed UTF-8, as defined in table 3-7 of the Unicode standard. */
final class Utf8 {
    private Utf8() {}

    /** Offset of the first ill-formed sequence, or -1. */
    static int firstIllFormed(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int length = bytes[at] >= 0 ? 1 : sequenceLength(bytes, at);
            if (length == 0) return at;
            at += length;
        }
        return -1;
    }

    /** Length of the sequence of two to four bytes at this offset, or 0 if it is ill-formed. */
    private static int sequenceLength(byte[] bytes, int at) {
        int lead = bytes[at] & 0xff;
        int length =
                lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
        if (length == 0 || at + length > bytes.length) return 0;
        for (int i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) != 0x80) return 0;
        int second = bytes[at + 1] & 0xff;
        boolean overlong = lead == 0xe0 && second < 0xa0 || lead == 0xf0 && second < 0x90;
        boolean outside = lead == 0xed && second > 0x9f || lead == 0xf4 && second > 0x8f;
        return overlong || outside ? 0 : length;
    }
}
