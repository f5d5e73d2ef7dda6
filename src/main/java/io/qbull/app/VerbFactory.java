package io.qbull.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the verbs that need to know where the repository is. */
final class VerbFactory implements IFactory {
    private static final Map<Class<?>, Function<Path, Object>> VERBS = Map.ofEntries(
            Map.entry(Verbs.UpVerb.class, Verbs.UpVerb::new),
            Map.entry(Verbs.StatusVerb.class, Verbs.StatusVerb::new),
            Map.entry(Verbs.AddVerb.class, Verbs.AddVerb::new),
            Map.entry(FilesVerb.class, FilesVerb::new),
            Map.entry(CancelVerb.class, CancelVerb::new),
            Map.entry(DeadVerbs.ListVerb.class, DeadVerbs.ListVerb::new),
            Map.entry(DeadVerbs.ShowVerb.class, DeadVerbs.ShowVerb::new),
            Map.entry(DeadVerbs.RetryVerb.class, DeadVerbs.RetryVerb::new),
            Map.entry(DeadVerbs.DropVerb.class, DeadVerbs.DropVerb::new),
            Map.entry(HeldVerbs.ListVerb.class, HeldVerbs.ListVerb::new),
            Map.entry(HeldVerbs.RetryVerb.class, HeldVerbs.RetryVerb::new),
            Map.entry(HeldVerbs.DropVerb.class, HeldVerbs.DropVerb::new));

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
