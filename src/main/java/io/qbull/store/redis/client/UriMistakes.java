package io.qbull.store.redis.client;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises characters in user or password that a URI gives another meaning, so that the text is read as another address or as none.
 * Quotes nothing but such a character. Pure.
 */
final class UriMistakes {
    /** Everything between the scheme and the last at sign is user and password. */
    private static final Pattern LOGIN = Pattern.compile("^[a-z-]+://(.*)@");

    private static final Pattern SPECIAL = Pattern.compile("[@#/?,]|%(?![0-9A-Fa-f]{2})");
    private static final Pattern FORBIDDEN = Pattern.compile("[^A-Za-z0-9._~!$&'()*+;=:%-]");

    /** The end of one server of a cluster, servers without a login, and the beginning of the next login. */
    private static final Pattern FURTHER =
            Pattern.compile("@[A-Za-z0-9.:\\[\\]_-]+(/\\d+)?(\\s*,\\s*[A-Za-z0-9.:\\[\\]_-]+)*\\s*,\\s*rediss?://");

    /** The parameters behind a server that Lettuce knows. Anything else behind a question mark may be a part of a password. */
    private static final Pattern PARAMETERS = Pattern.compile(
            "\\?(timeout|database|clientName|libraryName|libraryVersion|sentinelMasterId|verifyPeer)=[^,]*");

    private UriMistakes() {}

    /**
     * @param text of one server, of the sentinels of one master, or of the servers of a cluster
     * @return what is wrong with its user or password; null if they are fine, or there are none
     */
    static @Nullable String of(String text) {
        Matcher login = LOGIN.matcher(PARAMETERS.matcher(text).replaceAll(""));
        if (!login.find()) {
            return null;
        }
        String given = text.contains("-sentinel://") ? login.group(1) : withoutFurtherServers(login.group(1));
        Matcher special = SPECIAL.matcher(given);
        if (special.find()) {
            char found = special.group().charAt(0);
            return "redisUri has a raw '" + found + "' in its user or password: write %"
                    + Integer.toHexString(found).toUpperCase(Locale.ROOT) + " instead";
        }
        return FORBIDDEN.matcher(given).find()
                ? "redisUri has a character in its user or password that must be percent-encoded"
                : null;
    }

    /** The servers of a cluster may each have a login: {@code redis://a:b@host,redis://c:d@other}. */
    private static String withoutFurtherServers(String logins) {
        return FURTHER.matcher(logins).replaceAll("");
    }
}
