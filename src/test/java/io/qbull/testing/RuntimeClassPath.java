package io.qbull.testing;

import io.qbull.app.Main;
import io.qbull.app.ext.Libraries;
import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The class path of the program as users run it. That of the tests has more libraries, behind which a missing one would hide. */
public final class RuntimeClassPath {
    private RuntimeClassPath() {}

    /**
     * @return our classes and the libraries that come along with them
     */
    public static String get() {
        Set<String> libraries = Libraries.ofThisBuild().all().stream()
                .map(jar -> jar.name() + "-" + jar.version()
                        + (jar.classifier().isEmpty() ? "" : "-" + jar.classifier()) + ".jar")
                .collect(Collectors.toSet());
        // A folder, or the jar of the build.
        Path ours = of(Main.class.getProtectionDomain().getCodeSource().getLocation());
        String path = ofTests()
                .map(Path::toAbsolutePath)
                .filter(entry -> libraries.remove(entry.getFileName().toString()) || entry.equals(ours))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        if (!libraries.isEmpty()) {
            throw new IllegalStateException("not on the class path of the tests: " + libraries);
        }
        return path;
    }

    /**
     * @return the class path of this test, however it was started
     */
    public static Stream<Path> ofTests() {
        if (RuntimeClassPath.class.getClassLoader() instanceof URLClassLoader loader) {
            return Stream.of(loader.getURLs()).map(RuntimeClassPath::of);
        }
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(path.split(File.pathSeparator, -1)).map(Path::of);
    }

    /** A URL shows some characters of a path in another form, such as a blank as {@code %20}. */
    static Path of(URL entry) {
        try {
            return Path.of(entry.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
