package io.qbull.app.ext;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A jar of a Maven repository.
 *
 * @param group of its name
 * @param name within the group
 * @param version the exact version
 * @param classifier of a variant; empty = none
 */
public record Artifact(String group, String name, String version, String classifier) {
    private static final String CAMEL = "org.apache.camel";
    private static final Pattern COORDINATES = Pattern.compile("([\\w.-]+):([\\w.-]+):([\\w.+-]+)");
    private static final Pattern COMPONENT = Pattern.compile("(?:camel-)?([a-z0-9]+(?:-[a-z0-9]+)*)");

    /**
     * @param given {@code group:artifact:version}, or the name of a Camel component
     * @param camelVersion of components
     * @throws CliException if the text is neither
     */
    public static Artifact parse(String given, String camelVersion) throws CliException {
        Matcher coordinates = COORDINATES.matcher(given);
        if (coordinates.matches()) {
            return new Artifact(coordinates.group(1), coordinates.group(2), coordinates.group(3), "");
        }
        Matcher component = COMPONENT.matcher(given);
        if (component.matches()) {
            return new Artifact(CAMEL, "camel-" + component.group(1), camelVersion, "");
        }
        throw new CliException(
                ExitCode.USAGE,
                "'" + given + "' must be group:artifact:version, or the name of a Camel component such as camel-kafka");
    }

    /**
     * @param line of Maven's {@code dependency:list}
     * @return the jar that it names; empty if it names none
     */
    static Optional<Artifact> listed(String line) {
        // The name of a module may follow the coordinates, in colour.
        String[] parts = line.strip().split("[\\s\u001B]", 2)[0].split(":", -1);
        return switch (parts.length) {
            case 5 -> Optional.of(new Artifact(parts[0], parts[1], parts[3], ""));
            case 6 -> Optional.of(new Artifact(parts[0], parts[1], parts[4], parts[3]));
            default -> Optional.empty();
        };
    }

    String fileName() {
        return name + "-" + version + suffix() + ".jar";
    }

    /** Whether only the version differs. */
    boolean isOtherVersionOf(Artifact other) {
        return group.equals(other.group)
                && name.equals(other.name)
                && classifier.equals(other.classifier)
                && !version.equals(other.version);
    }

    /** Whether a file of that name differs only in the version; the name of a file does not contain the group. */
    boolean isOtherVersionOf(String fileName) {
        Matcher file = Pattern.compile(Pattern.quote(name) + "-(\\d.*)" + Pattern.quote(suffix()) + "\\.jar")
                .matcher(fileName);
        return file.matches()
                && !file.group(1).equals(version)
                // The same version with a classifier is another jar.
                && !file.group(1).startsWith(version + "-");
    }

    private String suffix() {
        return classifier.isEmpty() ? "" : "-" + classifier;
    }

    @Override
    public String toString() {
        return group + ":" + name + ":" + version;
    }
}
