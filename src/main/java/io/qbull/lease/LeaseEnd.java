package io.qbull.lease;

import io.qbull.model.LeaseOwner;

/** How this pod's ownership of a lease ends. Package documentation shows what follows each end. */
sealed interface LeaseEnd {
    /** This pod gives the lease up after its work is finished and committed, and tells Redis. */
    sealed interface GivenUp extends LeaseEnd {
        /**
         * @return among how many entries the next owner looks for the job over which an earlier owner died; zero if there is none
         */
        int suspects();
    }

    /** Another pod may own the partition by now. Work under the lease may still run here, so the partition stays blocked. */
    sealed interface Lost extends LeaseEnd {
        /**
         * @return why, as the log says it of one or more leases
         */
        String reason();
    }

    /**
     * The partition is free at once.
     *
     * @param suspects as of {@link GivenUp#suspects}
     */
    record Released(int suspects) implements GivenUp {}

    /**
     * The pod that requested the partition owns it at once.
     *
     * @param to the owner to be, from the request
     * @param suspects as of {@link GivenUp#suspects}
     */
    record HandedOver(LeaseOwner to, int suspects) implements GivenUp {}

    /** The trust term ended without an answered renewal, and Redis has since said that the lease is over. */
    record Expired() implements Lost {
        @Override
        public String reason() {
            return "no renewal was answered in time";
        }
    }

    /**
     * Redis refused this pod as the owner although the trust term still ran.
     *
     * @param by which command was refused
     */
    record Fenced(By by) implements Lost {
        /** The command that was refused. */
        enum By {
            RENEWAL,
            /** A command about jobs. */
            COMMAND
        }

        @Override
        public String reason() {
            return by == By.COMMAND
                    ? "Redis refused a command under them"
                    : "Redis no longer knows this pod as their owner";
        }
    }

    /** The Redis primary that granted the lease is gone. */
    record Voided() implements Lost {
        @Override
        public String reason() {
            return "the primary that granted them is gone";
        }
    }

    /** This pod stops while it owns the lease, and tells nobody. */
    record LeftToExpire() implements LeaseEnd {}
}
