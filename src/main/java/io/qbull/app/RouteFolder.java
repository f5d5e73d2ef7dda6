package io.qbull.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder with the routes. */
final class RouteFolder {
    private static final String FILES = "*.camel.yaml";

    private RouteFolder() {}

    /**
     * @throws Refusal if there are no routes: such a pod would do nothing, silently
     */
    static void check(Path folder) throws Refusal {
        if (!Files.isDirectory(folder)) {
            throw Refusal.setting(Setting.ROUTES.variable(), folder.toString(), "is no folder");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILES)) {
            if (!files.iterator().hasNext()) {
                throw Refusal.setting(Setting.ROUTES.variable(), folder.toString(), "has no file *.camel.yaml");
            }
        } catch (IOException e) {
            throw Refusal.setting(Setting.ROUTES.variable(), folder.toString(), "cannot be read: " + e);
        }
    }

    /** As Camel wants it. */
    static String pattern(Path folder) {
        return "file:" + folder + "/" + FILES;
    }
}
