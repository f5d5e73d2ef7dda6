package io.qbull.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the verbs that need to know where the repository is. */
final class VerbFactory implements IFactory {
    private static final Map<Class<?>, Function<Path, Object>> VERBS = Map.of(
            Verbs.UpVerb.class, Verbs.UpVerb::new,
            Verbs.StatusVerb.class, Verbs.StatusVerb::new,
            Verbs.AddVerb.class, Verbs.AddVerb::new,
            FilesVerb.class, FilesVerb::new,
            DeadVerbs.ListVerb.class, DeadVerbs.ListVerb::new,
            DeadVerbs.ShowVerb.class, DeadVerbs.ShowVerb::new,
            DeadVerbs.RetryVerb.class, DeadVerbs.RetryVerb::new,
            DeadVerbs.DropVerb.class, DeadVerbs.DropVerb::new);

    private final IFactory others = CommandLine.defaultFactory();
    private final Path home;

    VerbFactory(Path home) {
        this.home = home;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        Function<Path, Object> verb = VERBS.get(type);
        return verb == null ? others.create(type) : type.cast(verb.apply(home));
    }
}
