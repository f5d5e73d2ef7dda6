package io.qbull.store;

import org.jspecify.annotations.Nullable;

/** A command failed. The subclass says what the caller can do. The message never contains data of a job. */
public abstract sealed class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Redis did not answer. Repeat the same command. */
    public static final class Unavailable extends StoreException {
        private static final long serialVersionUID = 1L;
        private final boolean sent;
        private final boolean cut;

        /**
         * @param message what happened
         * @param sent see {@link #sent()}
         * @param cause the client's exception, if there is one
         */
        public Unavailable(String message, boolean sent, @Nullable Throwable cause) {
            this(message, sent, false, cause);
        }

        private Unavailable(String message, boolean sent, boolean cut, @Nullable Throwable cause) {
            super(message, cause);
            this.sent = sent;
            this.cut = cut;
        }

        /**
         * @param message what happened
         * @param cause the client's exception, if there is one
         * @return the failure of a command that was sent before its connection was lost
         */
        public static Unavailable cut(String message, @Nullable Throwable cause) {
            return new Unavailable(message, true, true, cause);
        }

        /**
         * @return true if the command may have run or may still run; false if it certainly did not and will not
         */
        public boolean sent() {
            return sent;
        }

        /**
         * @return whether the connection was lost after the command was sent: a server that refuses to read a command ends like this
         */
        public boolean cut() {
            return cut;
        }
    }

    /** Redis takes no more data for now: out of memory, too few replicas, or a failing disk. Nothing was done. */
    public static final class Full extends StoreException {
        private static final long serialVersionUID = 1L;

        /**
         * @param message what happened
         * @param cause the client's exception, if there is one
         */
        public Full(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A person must act: wrong password, missing permission, a key of another type, an unknown reply. */
    public static final class Misconfigured extends StoreException {
        private static final long serialVersionUID = 1L;

        /**
         * @param message what happened
         * @param cause the client's exception, if there is one
         */
        public Misconfigured(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
