package io.qbull.store.redis.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The scripts under {@code io/qbull/lua}, one file for each constant. Each constant declares how many keys and arguments its script
 * takes, as the header of the file does. The last line of a header can name files in the folder {@code part}, whose functions the script
 * uses; they become part of it. Loaded once, from the class path.
 */
public enum Script {
    ACQUIRE("1", "3"),
    RENEW("n", "1 + 7n"),
    RELEASE("1", "5"),
    HANDOVER("1", "7"),
    WANT("1", "3"),
    PEEK("n", "0"),
    FETCH("9 + m", "6 + 2m"),
    COMMIT("3", "2 + n"),
    BURY("6", "8"),
    FAIL("6", "11"),
    PARK("6", "4 + 2n"),
    ADVANCE("4", "4"),
    HELD("5", "3"),
    MEND("6", "3"),
    TIE("5", "2 + 2n"),
    SUSPECT("4", "8"),
    ATTEND("5", "6"),
    UNPACK("5", "2 + 2n"),
    TIDY("3 + n", "2 + n"),
    PROMOTE("7", "4"),
    HEADS("1", "4"),
    ASK("2", "1 + 2n"),
    ENQUEUE("9", "5 + 8n"),
    KNOWN("1", "n"),
    CANCEL("6", "3"),
    LETTERS("1", "5"),
    DELAYS("3", "3"),
    LINE("1", "4"),
    REQUEUE("3", "1 + n"),
    DEPART("1", "2"),
    FORWARD("3", "2 + n"),
    DISCARD("2", "2n"),
    NOTE("1", "2"),
    REGISTER("1", "6"),
    PRUNE("1", "1 + n"),
    INTENT("1", "4"),
    RESTORE("1", "3 + 2n"),
    OPEN("4", "3"),
    CURRENT("1", "3"),
    PAUSES("1", "0"),
    CHANGES("n", "0"),
    PAUSE("1", "7"),
    RESUME("1", "2 + n"),
    DELETING("1", "1"),
    WIPE("n", "2"),
    DELETED("5", "0"),
    INTEND("1", "3"),
    SEAL("3", "2"),
    START("4", "1"),
    STATES("7n", "0"),
    PAGE("5", "7 + m"),
    PAGE_HELD("6", "6 + 2m"),
    PAGE_DELAYED("6", "6 + m"),
    COPY("5", "2 + n"),
    COPY_DELAYED("7", "2 + 4n"),
    MOVED("4", "4"),
    PASS("2", "1 + 3n"),
    CLAIM("3", "3"),
    REROUTE("4", "4 + n"),
    RETIRE("14", "2"),
    PUT_WINDOW("1", "3"),
    CLOSE_WINDOW("2", "4"),
    QUEUED("2", "1 + n");

    private final String keys;
    private final String args;
    private final int fixedKeys;
    private final int keysEach;
    private final int fixedArgs;
    private final int argsEach;
    private final String source;
    private final String sha;

    Script(String keys, String args) {
        this.keys = keys;
        this.args = args;
        this.fixedKeys = fixed(keys);
        this.keysEach = each(keys);
        this.fixedArgs = fixed(args);
        this.argsEach = each(args);
        this.source = withParts(read(file()));
        this.sha = HexFormat.of().formatHex(sha1(source));
    }

    /**
     * @return the name of its resource
     */
    String file() {
        return "/io/qbull/lua/" + name().toLowerCase(Locale.ROOT) + ".lua";
    }

    /**
     * @return a count such as {@code 3}, {@code 1 + 5n} for some n from 1, or {@code 1 + 5m} for some m from 0
     */
    String keys() {
        return keys;
    }

    /**
     * @return a count such as {@code 3}, {@code 1 + 5n} for the same n as in {@link #keys}, or {@code 1 + 5m} likewise or for some m from 0
     */
    String args() {
        return args;
    }

    /** The text of the script. */
    public String source() {
        return source;
    }

    /** The SHA-1 of {@link #source}, by which a server knows the script. */
    public String sha() {
        return sha;
    }

    /**
     * Cheap enough for each call.
     *
     * @throws IllegalArgumentException if these are not the declared counts
     */
    public void check(int givenKeys, int givenArgs) {
        int repeated =
                keysEach > 0 ? repeats(givenKeys - fixedKeys, keysEach) : repeats(givenArgs - fixedArgs, argsEach);
        int n = Math.max(args.endsWith("m") ? 0 : 1, repeated);
        if (fixedKeys + keysEach * n != givenKeys || fixedArgs + argsEach * n != givenArgs) {
            throw new IllegalArgumentException(this + " takes " + keys + " keys and " + args + " arguments, not "
                    + givenKeys + " and " + givenArgs);
        }
    }

    private static int repeats(int repeated, int each) {
        return each == 0 ? 1 : repeated / each;
    }

    private static int fixed(String declared) {
        String first = declared.split(" \\+ ", 2)[0];
        return first.endsWith("n") ? 0 : Integer.parseInt(first);
    }

    private static int each(String declared) {
        if (!declared.endsWith("n") && !declared.endsWith("m")) {
            return 0;
        }
        String last = declared.substring(declared.lastIndexOf(' ') + 1);
        return last.length() == 1 ? 1 : Integer.parseInt(last, 0, last.length() - 1, 10);
    }

    private static String withParts(String script) {
        return Pattern.compile("^-- Uses: (.+)$", Pattern.MULTILINE)
                .matcher(script)
                .replaceFirst(line ->
                        Matcher.quoteReplacement(Arrays.stream(line.group(1).split(", ", -1))
                                .map(part -> read("/io/qbull/lua/part/" + part + ".lua"))
                                .collect(Collectors.joining("", line.group() + "\n", ""))));
    }

    private static String read(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** The SHA-1 of a text's UTF-8 bytes. */
    public static byte[] sha1(String text) {
        return sha1(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The SHA-1 of some bytes. */
    public static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
