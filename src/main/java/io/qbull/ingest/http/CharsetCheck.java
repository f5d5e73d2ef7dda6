package io.qbull.ingest.http;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the parameter {@code charset} of a content type. A job keeps its content type, so a charset that nobody knows would fail the job
 * at every attempt, long after its sender could mend it.
 */
final class CharsetCheck {
    /** A quoted text is one piece, whatever it contains. */
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^\\s=;]+)\\s*=\\s*(\"(?:[^\"\\\\]|\\\\.)*\"?|[^;]*)");

    private CharsetCheck() {}

    /**
     * @param contentTypes values of {@code Content-Type}
     * @throws ProblemException if they name a charset that does not exist here, or several
     */
    static void known(List<String> contentTypes) throws ProblemException {
        Set<Charset> found = new HashSet<>();
        for (String name : charsets(contentTypes)) {
            found.add(find(name));
        }
        if (found.size() > 1) {
            throw refusal("The Content-Type names more than one charset; the job was not added.");
        }
    }

    /**
     * @param contentTypes values of {@code Content-Type}
     * @throws ProblemException if one names another charset than UTF-8
     */
    static void utf8(List<String> contentTypes) throws ProblemException {
        for (String name : charsets(contentTypes)) {
            Charset found = find(name);
            if (!found.equals(StandardCharsets.UTF_8) && !found.equals(StandardCharsets.US_ASCII)) {
                throw refusal("application/x-ndjson is always UTF-8: leave the charset out.");
            }
        }
    }

    private static List<String> charsets(List<String> contentTypes) {
        List<String> names = new ArrayList<>();
        for (String type : contentTypes) {
            Matcher parameter = PARAMETER.matcher(type);
            while (parameter.find()) {
                if (parameter.group(1).equalsIgnoreCase("charset")) {
                    names.add(parameter.group(2).replace("\"", "").strip());
                }
            }
        }
        return names;
    }

    private static Charset find(String name) throws ProblemException {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw refusal("The charset in Content-Type is not known here; the job was not added.");
        }
    }

    private static ProblemException refusal(String detail) {
        return new ProblemException(Problem.of(415, detail));
    }
}
