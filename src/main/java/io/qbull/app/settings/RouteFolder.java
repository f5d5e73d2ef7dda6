package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The folder with the routes. */
public final class RouteFolder {
    private static final String FILES = "*.camel.yaml";
    private static final Pattern MISREAD = Pattern.compile("[,*?{}+%]");

    private RouteFolder() {}

    /**
     * @throws CliException if there are no routes, or Camel would not find them: such a pod would do nothing, silently
     */
    public static void check(Path folder) throws CliException {
        if (!Files.isDirectory(folder)) {
            throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "is no folder");
        }
        if (MISREAD.matcher(folder.toString()).find()) {
            throw CliException.setting(
                    Setting.ROUTES.variable(),
                    folder.toString(),
                    "must be a path without , + % * ? { and }: Camel takes it for something else");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILES)) {
            if (!files.iterator().hasNext()) {
                throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "has no file *.camel.yaml");
            }
        } catch (IOException e) {
            throw CliException.setting(Setting.ROUTES.variable(), folder.toString(), "cannot be read: " + e);
        }
    }

    /** As Camel wants it. */
    public static String pattern(Path folder) {
        return "file:" + folder + "/" + FILES;
    }
}
