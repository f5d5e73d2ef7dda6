package io.qbull.app.pod;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.camel.Endpoint;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.spi.EndpointStrategy;

/**
 * Leads {@code file:} endpoints to the inbox, whatever characters its path has. Camel decodes the path of an endpoint twice, and the
 * component then takes a question mark for the start of options, and {@code $} before a brace for an expression. So these two characters travel
 * disguised, and the endpoint gets the real folder once it is made.
 */
final class InboxFolder implements EndpointStrategy {
    private final Path inbox;
    private final String disguised;

    InboxFolder(Path inbox) {
        this.inbox = inbox;
        // Characters that no person types.
        this.disguised = inbox.toString().replace('?', '\uFFF9').replace('$', '\uFFFA');
    }

    /** The folder as a part of a URI that Camel decodes twice. */
    String inUri() {
        return encoded(encoded(disguised));
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (endpoint instanceof FileEndpoint files
                && files.getConfiguration().getDirectory().equals(disguised)) {
            files.setFile(inbox.toFile());
            files.getConfiguration().setDirectory(inbox.toString());
        }
        return endpoint;
    }

    /** As the JDK encodes for a form, which leaves a star as it is and has another sign for a blank. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%2F", "/");
    }
}
