package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The folders of the routes: the one that {@code QBULL_ROUTES} names, and that of the ingest routes, which come with the app. */
public final class RouteFolder {
    private static final String FILES = "*" + Ingest.SUFFIX;
    private static final Pattern MISREAD = Pattern.compile("[,*?{}+%]");

    private RouteFolder() {}

    /**
     * Checks the folders, because Camel starts without routes silently if it finds none.
     *
     * @param settings of the app
     * @throws CliException if there are no routes, or Camel would not find them
     */
    public static void check(AppSettings settings) throws CliException {
        AppSettings.Folders folders = settings.folders();
        check(folders.routes(), Setting.ROUTES, FILES);
        MisplacedRoutes.refuseIn(folders.routes(), folders.ingestRoutes());
        for (Ingest each : settings.ingest()) {
            check(folders.ingestRoutes(), Setting.INGEST, each.files());
        }
        MisplacedRoutes.refuseInIngest(folders.ingestRoutes(), folders.routes());
    }

    private static void check(Path folder, Setting setting, String pattern) throws CliException {
        if (!Files.isDirectory(folder)) {
            throw CliException.setting(setting.variable(), folder.toString(), "is not a folder");
        }
        if (MISREAD.matcher(folder.toString()).find()) {
            throw CliException.setting(
                    setting.variable(),
                    folder.toString(),
                    "must be a path without , + % * ? { and }, which mean something else to Camel");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            if (!files.iterator().hasNext()) {
                throw CliException.setting(setting.variable(), folder.toString(), "has no file " + pattern);
            }
        } catch (IOException e) {
            throw CliException.setting(setting.variable(), folder.toString(), "cannot be read: " + e);
        }
    }

    /**
     * @param settings of the app
     * @return the patterns by which Camel finds the routes
     */
    public static String pattern(AppSettings settings) {
        List<String> patterns = new ArrayList<>();
        patterns.add("file:" + settings.folders().routes() + "/" + FILES);
        for (Ingest each : settings.ingest()) {
            patterns.add("file:" + settings.folders().ingestRoutes() + "/" + each.files());
        }
        return String.join(",", patterns);
    }
}
