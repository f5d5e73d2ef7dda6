package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The folder of the routes. */
public final class RouteFolder {
    private static final String FILES = "*.camel.yaml";
    private static final Pattern MISREAD = Pattern.compile("[,*?{}+%]");

    private RouteFolder() {}

    /**
     * Checks the folder, because Camel starts without routes silently if it finds none.
     *
     * @param folder of the routes
     * @throws CliException if there are no routes, or Camel would not find them
     */
    public static void check(Path folder) throws CliException {
        if (!Files.isDirectory(folder)) {
            throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "is not a folder");
        }
        if (MISREAD.matcher(folder.toString()).find()) {
            throw CliException.setting(
                    Setting.ROUTES.variable(),
                    folder.toString(),
                    "must be a path without , + % * ? { and }, which mean something else to Camel");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILES)) {
            if (!files.iterator().hasNext()) {
                throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "has no file *.camel.yaml");
            }
        } catch (IOException e) {
            throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "cannot be read: " + e);
        }
    }

    /**
     * @param folder of the routes
     * @return the pattern by which Camel finds them
     */
    public static String pattern(Path folder) {
        return "file:" + folder + "/" + FILES;
    }
}
