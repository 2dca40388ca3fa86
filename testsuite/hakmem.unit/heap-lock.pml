/* SPDX-License-Identifier: MIT */
/*
 * A heap's lock (lib/os/lock.c) and who uses it, as a model for SPIN; heap-lock.sh runs it.
 *
 * Three threads take and give it, twice each. Thread 0 is interrupted once, wherever it is, holding the lock, waiting for it
 * or asleep, by a handler that tries for the lock and goes without; until that is over the thread does nothing. With
 * FORKED the lock is held at first by a thread of the parent's generation, which is not here.
 *
 * Shown, in every interleaving:
 *   - one at a time is inside
 *   - nobody sleeps for ever: all of them come to their end
 *   - what a vanished holder left is told to one taker, the first, and to no other
 *   - the lock is free in the end
 *
 * Macros, for negative checks: NO_MARK has who has slept take the lock without the mark that others may sleep; NO_COMPARE
 * sleeps whatever the word is; NO_WAKE wakes nobody; WAIT has the handler wait for the lock; NO_GENERATION takes any holder
 * for a living one; QUIET tells nobody what was left.
 */
#define FREE 0
#define MINE 2       /* generation 1, nobody waits */
#define WAITING 3    /* generation 1, somebody may wait */
#define OLD 4        /* generation 2, which is the parent's here */
#define N 3

#ifdef FORKED
byte word = OLD;
#else
byte word = FREE;
#endif
byte n_inside;       /* threads that hold it */
byte n_broken;       /* that were told to repair */
byte n_taken;        /* times it was taken by waiting for it */
bit is_asleep[N];    /* in the kernel, at the word */
bit is_in_handler;   /* thread 0 */
byte n_done;

/* The kernel compares and puts to sleep in one step; a signal ends the sleep. */
inline futex_wait(me)
{
	atomic {
		if
#ifdef NO_COMPARE
		:: true -> is_asleep[me] = 1;
#else
		:: word == WAITING -> is_asleep[me] = 1;
		:: word != WAITING -> skip;
#endif
		fi;
	}
	!is_asleep[me];
}

/* One of those that sleep, any. */
inline futex_wake()
{
	atomic {
#ifdef NO_WAKE
		skip;
#else
		if
		:: is_asleep[0] -> is_asleep[0] = 0;
		:: is_asleep[1] -> is_asleep[1] = 0;
		:: is_asleep[2] -> is_asleep[2] = 0;
		:: !is_asleep[0] && !is_asleep[1] && !is_asleep[2] -> skip;
		fi;
#endif
	}
}

inline enter()
{
	atomic {
		assert(n_inside == 0);
		n_inside++;
	}
}

inline give(seen)
{
	atomic {
		assert(n_inside == 1);
		n_inside--;
	}
	atomic {
		seen = word;
		word = FREE;
	}
	if
	:: seen == WAITING -> futex_wake();
	:: seen != WAITING -> skip;
	fi;
}

/* hak_lock_take(), with take_contended(); it spins once. */
inline take(me, seen, has_spun, is_broken)
{
	has_spun = 0;
	is_broken = 0;
	do
	:: true ->
		seen = word;
		if
		:: seen == FREE ->
			atomic {
				if
				:: word != FREE -> skip;
				:: word == FREE ->
#ifdef NO_MARK
					word = MINE;
#else
					word = (has_spun -> WAITING : MINE);
#endif
					break;
				fi;
			}
#ifndef NO_GENERATION
		:: seen == OLD ->
			atomic {
				if
				:: word != OLD -> skip;
				:: word == OLD ->
					word = WAITING;
#ifndef QUIET
					is_broken = 1;
#endif
					break;
				fi;
			}
#endif
#ifdef NO_GENERATION
		:: seen == MINE || seen == WAITING || seen == OLD ->
#else
		:: seen == MINE || seen == WAITING ->
#endif
			if
			:: !has_spun -> has_spun = 1;
			:: has_spun ->
				atomic {
					if
					:: word == seen -> word = WAITING;
					:: word != seen -> seen = FREE; /* again */
					fi;
				}
				if
				:: seen == FREE -> skip;
				:: seen != FREE -> futex_wait(me);
				fi;
			fi;
		fi;
	od;
}

inline run_twice(me)
{
	n = 0;
	do
	:: n == 2 -> break;
	:: n < 2 ->
		take(me, seen, has_spun, is_broken);
		enter();
		/* Who is told repairs; before that nobody may believe in what is guarded. */
		n_broken = n_broken + is_broken;
#ifdef FORKED
		assert(n_broken == 1);
#else
		assert(n_broken == 0);
#endif
		n_taken++;
		give(seen);
		n++;
	od;
	n_done++;
}

proctype interrupted() provided (!is_in_handler)
{
	byte seen, n;
	bit has_spun, is_broken;

	run_twice(0);
}

proctype other(byte me)
{
	byte seen, n;
	bit has_spun, is_broken;

	run_twice(me);
}

/* Runs on thread 0's stack; at any time, or never. */
proctype handler()
{
	byte seen;
	bit has_spun, is_broken, is_taken;

	if
	:: true -> skip;
	:: atomic {
		n_done < 3 ->
			is_in_handler = 1;
			is_asleep[0] = 0;
	   }
#ifdef WAIT
		take(0, seen, has_spun, is_broken);
		is_taken = 1;
#else
		/* hak_lock_try() */
		atomic {
			if
			:: word == FREE ->
				word = MINE;
				is_taken = 1;
			:: word != FREE -> skip;
			fi;
		}
#endif
		if
		:: is_taken ->
			enter();
			give(seen);
		:: !is_taken -> skip;
		fi;
		is_in_handler = 0;
	fi;
	n_done++;
}

proctype last_look()
{
	n_done == N + 1;
	assert(word == FREE && n_inside == 0 && n_taken == 2 * N);
}

init
{
	atomic {
		run interrupted();
		run other(1);
		run other(2);
		run handler();
		run last_look();
	}
}
