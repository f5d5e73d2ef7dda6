package io.qbull.component;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the receiver in the message of an exception: host and port, never a path, a query or a password. Pure. */
final class ReceiverAddress {
    /** The authority of a URI without its user; or a name, an IPv4 address or an IPv6 address in brackets, each with a port. */
    private static final Pattern ADDRESS =
            Pattern.compile("://(?:[^/@\\s]*@)?([\\w.-]+(?::\\d{1,5})?|\\[[\\da-fA-F:.]+](?::\\d{1,5})?)"
                    + "|(?<![\\w.-])((?=[\\w.-]*[A-Za-z.])[\\w.-]+:\\d{2,5}|\\[[\\da-fA-F:.]+]:\\d{2,5})(?!\\d)");

    /** A message may contain what was sent. */
    private static final int LONGEST = 1_000;

    private ReceiverAddress() {}

    /**
     * @param message of an exception
     * @return the first address in it; empty if there is none
     */
    static String in(String message) {
        Matcher address = ADDRESS.matcher(message.substring(0, Math.min(message.length(), LONGEST)));
        if (!address.find()) {
            return "";
        }
        String ofUri = address.group(1);
        return ofUri != null ? ofUri : address.group(2);
    }
}
