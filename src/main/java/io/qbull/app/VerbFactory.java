package io.qbull.app;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the verbs that need to know where the repository is. */
final class VerbFactory implements IFactory {
    private final IFactory others = CommandLine.defaultFactory();
    private final Path home;

    VerbFactory(Path home) {
        this.home = home;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type == Verbs.UpVerb.class) {
            return type.cast(new Verbs.UpVerb(home));
        }
        if (type == FilesVerb.class) {
            return type.cast(new FilesVerb(home));
        }
        if (type == Verbs.AddVerb.class) {
            return type.cast(new Verbs.AddVerb(home));
        }
        return type == Verbs.StatusVerb.class ? type.cast(new Verbs.StatusVerb(home)) : others.create(type);
    }
}
