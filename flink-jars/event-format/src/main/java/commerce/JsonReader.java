package commerce;

import java.nio.charset.StandardCharsets;

/** Reads a JSON text (RFC 8259) in well-formed UTF-8, without creating objects for what it skips. */
class JsonReader {
    private static final int MAX_DEPTH = 64;

    protected byte[] text;
    protected int at;
    /** Whether the last string that was skipped contains an escape. */
    protected boolean escaped;

    /** Skips a value. @return its first byte */
    protected final byte skipValue(int depth) throws BadEvent {
        byte first = peek();
        switch (first) {
            case '{' -> skipObject(depth);
            case '[' -> skipArray(depth);
            case '"' -> skipString();
            case 't' -> skipLiteral("true");
            case 'f' -> skipLiteral("false");
            case 'n' -> skipLiteral("null");
            default -> skipNumber();
        }
        return first;
    }

    /** Skips a member of an object: key, colon and value. `at` is at the opening quote of the key. */
    protected void member(int depth) throws BadEvent {
        skipString();
        skipColon();
        skipValue(depth + 1);
    }

    private void skipObject(int depth) throws BadEvent {
        open(depth);
        if (peekToken() == '}') {
            at++;
            return;
        }
        while (true) {
            if (peekToken() != '"') throw unexpected();
            member(depth);
            if (skipEnd('}')) return;
        }
    }

    private void skipArray(int depth) throws BadEvent {
        open(depth);
        if (peekToken() == ']') {
            at++;
            return;
        }
        while (true) {
            skipBlanks();
            skipValue(depth + 1);
            if (skipEnd(']')) return;
        }
    }

    private void open(int depth) throws BadEvent {
        if (depth > MAX_DEPTH) throw new BadEvent("nested deeper than " + MAX_DEPTH + " levels");
        at++;
    }

    /** Skips what follows a member or an element. @return whether it is the closing bracket, and not a comma */
    private boolean skipEnd(char bracket) throws BadEvent {
        byte next = peekToken();
        if (next != bracket && next != ',') throw unexpected();
        at++;
        return next == bracket;
    }

    protected final void skipColon() throws BadEvent {
        if (peekToken() != ':') throw unexpected();
        at++;
        skipBlanks();
    }

    protected final void skipString() throws BadEvent {
        escaped = false;
        at++;
        for (byte next = peek(); next != '"'; next = peek()) {
            if (next >= 0 && next < ' ') throw unexpected();
            at++;
            if (next != '\\') continue;
            escaped = true;
            int escape = peek();
            if ("\"\\/bfnrtu".indexOf(escape) < 0) throw unexpected();
            at++;
            for (int digits = escape == 'u' ? 4 : 0; digits > 0; digits--, at++)
                if (Character.digit(peek(), 16) < 0) throw unexpected();
        }
        at++;
    }

    private void skipNumber() throws BadEvent {
        if (peek() == '-') at++;
        if (peek() == '0') at++;
        else skipDigits();
        if (at < text.length && text[at] == '.') {
            at++;
            skipDigits();
        }
        if (at < text.length && (text[at] | 0x20) == 'e') {
            at++;
            if (peek() == '+' || peek() == '-') at++;
            skipDigits();
        }
    }

    private void skipDigits() throws BadEvent {
        if (peek() < '0' || peek() > '9') throw unexpected();
        while (at < text.length && text[at] >= '0' && text[at] <= '9') at++;
    }

    private void skipLiteral(String literal) throws BadEvent {
        for (int i = 0; i < literal.length(); i++, at++) if (peek() != literal.charAt(i)) throw unexpected();
    }

    protected final void skipBlanks() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++;
    }

    private byte peekToken() throws BadEvent {
        skipBlanks();
        return peek();
    }

    private byte peek() throws BadEvent {
        if (at == text.length) throw new BadEvent("not JSON: ends after " + at + " bytes");
        return text[at];
    }

    protected final BadEvent unexpected() {
        return new BadEvent("not JSON: unexpected byte at offset " + at);
    }

    /** The characters between two offsets of a string, with escapes resolved. */
    protected final String unescape(int start, int end) {
        String raw = new String(text, start, end - start, StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char next = raw.charAt(i);
            if (next == '\\') {
                next = raw.charAt(++i);
                int control = "bfnrt".indexOf(next);
                if (control >= 0) next = "\b\f\n\r\t".charAt(control);
                else if (next == 'u') {
                    next = (char) Integer.parseInt(raw, i + 1, i + 5, 16);
                    i += 4;
                }
            }
            out.append(next);
        }
        return out.toString();
    }
}
