package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Works on selected items of a queue. One class serves several kinds of items; its name and description come with the kind. */
abstract class SelectionCommand<S extends Selection<?, ?>> extends QueueCommand {
    private final S selection;

    SelectionCommand(Path home, S selection) {
        super(home);
        this.selection = selection;
    }

    /** Adds this command with the options of its selection. */
    void addTo(CommandLine parent, String name, String... description) {
        CommandLine line = new CommandLine(this);
        CommandSpec spec = line.getCommandSpec();
        spec.name(name).usageMessage().description(description);
        // By hand: the annotation @Mixin refuses a field of a generic type.
        spec.addMixin("selection", CommandSpec.forAnnotatedObject(selection));
        parent.addSubcommand(line);
    }

    @Override
    void check() throws CliException {
        selection.check();
    }

    S selection() {
        return selection;
    }
}
