package io.qbull.app.http;

import io.qbull.app.settings.Hosts;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The host and the port that a request or a page names. */
final class Authority {
    private static final Pattern SHAPE = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?");

    private Authority() {}

    /**
     * @param text such as {@code localhost:8080}
     * @return the host in the form of {@link Hosts#canonical}; null if the text is something else
     */
    static @Nullable String parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        return matcher.matches() ? Hosts.canonical(matcher.group(1)) : null;
    }
}
