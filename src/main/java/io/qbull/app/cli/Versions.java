package io.qbull.app.cli;

import org.apache.camel.impl.engine.DefaultCamelContextNameStrategy;
import picocli.CommandLine.IVersionProvider;

/** The versions that {@code --version} prints. */
public final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "qbull " + of(Versions.class),
            "Camel " + of(DefaultCamelContextNameStrategy.class),
            "Java " + System.getProperty("java.version")
        };
    }

    /** The version in the manifest of the jar; classes outside a jar have none. */
    private static String of(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "(built from sources)" : version;
    }
}
