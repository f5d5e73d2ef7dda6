package io.qbull.app.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the verbs that need to know where the repository is. */
public final class CommandFactory implements IFactory {
    private static final Map<Class<?>, Function<Path, Object>> VERBS = Map.ofEntries(
            Map.entry(Commands.UpVerb.class, Commands.UpVerb::new),
            Map.entry(Commands.StatusVerb.class, Commands.StatusVerb::new),
            Map.entry(Commands.AddVerb.class, Commands.AddVerb::new),
            Map.entry(FilesCommand.class, FilesCommand::new),
            Map.entry(CancelCommand.class, CancelCommand::new),
            Map.entry(DeadCommands.ListVerb.class, DeadCommands.ListVerb::new),
            Map.entry(DeadCommands.ShowVerb.class, DeadCommands.ShowVerb::new),
            Map.entry(DeadCommands.RetryVerb.class, DeadCommands.RetryVerb::new),
            Map.entry(DeadCommands.DropVerb.class, DeadCommands.DropVerb::new),
            Map.entry(HeldCommands.ListVerb.class, HeldCommands.ListVerb::new),
            Map.entry(HeldCommands.RetryVerb.class, HeldCommands.RetryVerb::new),
            Map.entry(HeldCommands.DropVerb.class, HeldCommands.DropVerb::new));

    private final IFactory others = CommandLine.defaultFactory();
    private final Path home;

    public CommandFactory(Path home) {
        this.home = home;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        Function<Path, Object> verb = VERBS.get(type);
        return verb == null ? others.create(type) : type.cast(verb.apply(home));
    }
}
