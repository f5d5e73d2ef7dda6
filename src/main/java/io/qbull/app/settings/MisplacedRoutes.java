package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Refuses files of a route folder that Camel would skip without a word: those of another name, and those that hold no list. */
final class MisplacedRoutes {
    /** Names of files that are meant to be routes. Any other may belong to a route: a schema, a script, a routes file set aside. */
    private static final Pattern MEANT = Pattern.compile("(?i).*(\\.ya?ml|\\.camel\\.\\w+|\\.camel\\.ya?ml\\.txt)");

    private static final Pattern BEFORE_LIST = Pattern.compile("\\s*(#.*|---.*|%.*)?");

    private MisplacedRoutes() {}

    /**
     * @param folder of routes
     * @param ingest may be in it; is another folder of routes
     */
    static void refuseIn(Path folder, Path ingest) throws CliException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (!same(file, ingest)) {
                    refuse(file);
                }
            }
        } catch (IOException e) {
            throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "cannot be read: " + e);
        }
    }

    /**
     * @param ingest folder of the ingest routes, of which each way in reads its own
     * @param routes may be the same folder, of which all is read
     */
    static void refuseInIngest(Path ingest, Path routes) throws CliException {
        try {
            if (!Files.isDirectory(ingest) || same(ingest, routes)) {
                return;
            }
            refuseIn(ingest, ingest);
            try (Stream<Path> files = Files.list(ingest)) {
                for (Path file : files.sorted().toList()) {
                    refuseUnread(file, routes);
                }
            }
        } catch (IOException e) {
            throw CliException.setting(Setting.INGEST.variable(), ingest.toString(), "cannot be read: " + e);
        }
    }

    private static void refuseUnread(Path file, Path routes) throws CliException {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith(".")
                && name.endsWith(Ingest.SUFFIX)
                && Arrays.stream(Ingest.values()).noneMatch(each -> each.reads(name))) {
            throw new CliException(
                    ExitCode.USAGE,
                    file + " is not read: that folder is for "
                            + Arrays.stream(Ingest.values()).map(Ingest::files).collect(Collectors.joining(" and "))
                            + "; your own routes belong in " + routes + ", which " + Setting.ROUTES.variable()
                            + " names");
        }
    }

    /**
     * @return whether both are one file or folder, perhaps through symbolic links
     */
    static boolean same(Path one, Path other) throws IOException {
        return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    }

    private static void refuse(Path file) throws CliException, IOException {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(".")) {
            return;
        }
        if (Files.isDirectory(file)) {
            refuseFolder(file);
        } else if (name.endsWith(Ingest.SUFFIX)) {
            refuseOtherThanList(file);
        } else if (MEANT.matcher(name).matches()) {
            String meant = name.replaceFirst("(?i)(\\.camel)?(\\.ya?ml)?(\\.\\w+)?$", "") + Ingest.SUFFIX;
            throw new CliException(
                    ExitCode.USAGE,
                    file + " is not read: the name of a file with routes ends with " + Ingest.SUFFIX + "; did you mean "
                            + meant + "?");
        }
    }

    private static void refuseFolder(Path folder) throws CliException, IOException {
        try (Stream<Path> files = Files.list(folder)) {
            if (files.anyMatch(file -> file.toString().endsWith(Ingest.SUFFIX))) {
                throw new CliException(
                        ExitCode.USAGE,
                        folder + " is not read: routes are files in " + folder.getParent() + " itself; "
                                + Setting.ROUTES.variable() + " names another folder");
            }
        }
    }

    private static void refuseOtherThanList(Path file) throws CliException, IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!BEFORE_LIST.matcher(line).matches()) {
                    if (!line.matches("\uFEFF?\\s*[-\\[].*")) {
                        throw new CliException(
                                ExitCode.USAGE,
                                file + ", line " + number
                                        + ": routes are a list, so that each begins with '- ': - route:");
                    }
                    return;
                }
            }
        } catch (MalformedInputException e) {
            throw new CliException(ExitCode.USAGE, file + ": the file must be UTF-8", e);
        }
        throw new CliException(ExitCode.USAGE, file + ": the file is empty: a route begins with - route:");
    }
}
