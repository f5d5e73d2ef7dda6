package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.model.Printable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A way in for jobs, with the routes that the app brings for it. */
public enum Ingest {
    /** Requests. */
    HTTP,
    /** Files in the inbox. */
    FILES;

    private static final String NOTHING = "none";
    /** How the names of all files with routes end. */
    static final String SUFFIX = ".camel.yaml";

    /** Its name in the setting. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The files of its routes, in the folder of the ingest routes. */
    String files() {
        return prefix() + "*" + SUFFIX;
    }

    /** Whether a file of the folder of the ingest routes is read for it. */
    boolean reads(String name) {
        return name.startsWith(prefix()) && name.endsWith(SUFFIX);
    }

    private String prefix() {
        return "ingest-" + word();
    }

    /**
     * @param lookup knows what was given
     * @return the ways in that run
     * @throws CliException for an unknown one
     */
    static Set<Ingest> read(SettingLookup lookup) throws CliException {
        List<String> words = lookup.list(Setting.INGEST);
        Set<Ingest> found = EnumSet.noneOf(Ingest.class);
        if (words.equals(List.of(NOTHING))) {
            return found;
        }
        for (String word : words) {
            Optional<Ingest> known = of(word);
            if (known.isEmpty()) {
                throw CliException.setting(
                        lookup.name(Setting.INGEST),
                        Printable.of(word),
                        "must be http, files, or both separated by a comma; " + NOTHING + " = neither");
            }
            found.add(known.get());
        }
        return found;
    }

    private static Optional<Ingest> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
