// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MandateTerms, MandateUse} from "../types/HedgeTypes.sol";
import {IInsuranceFund} from "./IInsuranceFund.sol";
import {IPerpVenue} from "./IPerpVenue.sol";
import {IPriceGuard} from "./IPriceGuard.sol";

/// @title Capped, pausable mandate that hedges the net delta of an insurance fund with a perpetual contract
/// @notice Holds capital of its own, sent here by the DAO or anybody else; no call reaches the fund's assets, so that exits,
/// reservations and covers never wait for a venue. What is sent here belongs to the DAO, whatever the sender thought.
/// What it gains reaches the fund by {payFund}.
/// - A reporter names the fund's net delta, another account trades towards its opposite, never past it.
/// - Every price is held against the checked spot price, every size, turnover and margin against the terms.
/// - `maxMargin` bounds what can be lost for as long as the DAO does not raise it: a venue that takes everything gets no more.
/// - While paused, and after its end, a position can only shrink and money can only come home.
interface IHedgeMandate {
    /// @notice The terms were set.
    event MandateTermsSet(MandateTerms terms, uint40 until);
    /// @notice The terms ended before their time.
    event MandateEnded();
    /// @notice The guardian stopped the mandate, or the DAO let it go on.
    event MandatePaused(bool isPaused);
    /// @notice The net delta was reported; the target is its opposite.
    event NetDeltaReported(int64 netDeltaE8, uint40 observedAt);
    /// @notice The position changed. `referenceE8` is the price that `priceE8` was held against.
    event Hedged(address indexed caller, int256 sizeE8, uint256 priceE8, uint256 referenceE8, int256 positionE8);
    /// @notice Margin went to the venue (positive) or came home (negative).
    event MarginMoved(address indexed caller, int256 amount, uint128 netMargin);
    /// @notice Capital that was not at the venue left the mandate.
    event CapitalReleased(address indexed to, uint256 amount);

    /// @notice A field of the terms is outside its limits.
    error MandateTermsInvalid(MandateTerms terms);
    /// @notice The venue's margin is another token than the fund's.
    error MandateTokenMismatch(address marginToken, address asset);
    /// @notice The caller is not the one that the terms name.
    error MandateNotAllowed(address caller, address allowed);
    /// @notice The guardian has stopped the mandate.
    error MandateIsPaused();
    /// @notice The terms have ended.
    error MandateExpired(uint256 until);
    /// @notice The observation is in the future, not newer than the last one, or older than the terms allow.
    error MandateObservationInvalid(uint256 observedAt, uint256 newerThan, uint256 targetLifeSec);
    /// @notice The newest target is older than the terms allow.
    error MandateTargetStale(uint256 observedAt, uint256 targetLifeSec);
    /// @notice The trade does not go from the position towards the target, goes past it, or the gap is within the tolerance.
    error MandateDirection(int256 sizeE8, int256 positionE8, int256 targetE8);
    /// @notice More than the position.
    error MandateReductionTooLarge(uint256 sizeE8, int256 positionE8);
    /// @notice The last trade was too short ago.
    error MandateCoolingDown(uint256 until);
    /// @notice More than the position may grow by now.
    error MandateTurnover(uint256 sizeE8, uint256 left);
    /// @notice More margin than may be at the venue.
    error MandateMarginTooLarge(uint256 margin, uint256 limit);
    /// @notice Margin may leave an open position only by the hedger or the guardian.
    error MandatePositionOpen(int256 positionE8);
    /// @notice The fund has no shares: what is contributed now would be nobody's.
    error MandateFundEmpty();
    /// @notice The venue did something else than it was asked: a price beyond the limit, another position, moved money.
    error MandateVenueMismatch(uint256 found, uint256 expected);

    /// @notice Reports the fund's net delta in coins, 1e-8: positive when the fund gains as the coin rises. Only the reporter.
    /// @param observedAt second of the observation: newer than the last, not in the future
    function reportNetDelta(int64 netDeltaE8, uint40 observedAt) external;

    /// @notice Trades towards the target. Only the hedger, inside the terms.
    function trade(int64 sizeE8) external returns (uint256 priceE8);

    /// @notice Shrinks the position, whatever the target is, and uses no turnover. The hedger at any time; anybody once the terms
    /// have ended, at prices inside {publicSlippageBps}.
    function reduce(uint64 sizeE8) external returns (uint256 priceE8);

    /// @notice Sends margin to the venue. Only the hedger, inside the terms.
    function postMargin(uint128 amount) external;

    /// @notice Brings margin home. The hedger at any time; anybody once the terms have ended and no position is left.
    /// @return received what arrived, whatever the venue says
    function takeMargin(uint128 amount) external returns (uint256 received);

    /// @notice Stops trades and margin; shrinking and bringing home go on. Only GUARDIAN_ROLE.
    function pause() external;

    /// @notice Shrinks the position by `sizeE8` and brings `amount` home; 0 leaves either out. Where the checked spot price is
    /// not to be had, the venue's mark stands in. Only GUARDIAN_ROLE.
    function unwind(uint64 sizeE8, uint128 amount) external;

    /// @notice Ends the terms now. Only NARROWING_ROLE.
    function endMandate() external;

    /// @notice Sets terms whose life begins now. Margin lost before counts towards `maxMargin` on; a pause stays. Only
    /// WIDENING_ROLE.
    function setTerms(MandateTerms calldata terms) external;

    /// @notice Ends a pause. Only WIDENING_ROLE.
    function resume() external;

    /// @notice Pays out capital that is not at the venue. Only WIDENING_ROLE.
    function release(address to, uint256 amount) external;

    /// @notice Contributes capital that is not at the venue to the fund, for all its shares; refused while it has none. Only
    /// WIDENING_ROLE.
    function payFund(uint256 amount) external;

    /// @notice The terms.
    function terms() external view returns (MandateTerms memory current);

    /// @notice How far they are used.
    function used() external view returns (MandateUse memory current);

    /// @notice Most margin that may be at the venue now: `maxMargin` or the share of the fund's free assets.
    function marginLimit() external view returns (uint256 amount);

    /// @notice Slippage inside which anybody may shrink the position now: 0 until the terms end, then growing evenly to
    /// `slippageBps` within an hour, so that whoever closes at less cost comes first.
    function publicSlippageBps() external view returns (uint256 slippageBps);

    /// @notice What the position may grow by now.
    function turnoverLeftE8() external view returns (uint256 sizeE8);

    /// @notice Fund whose delta is hedged; its asset is the margin token.
    function FUND() external view returns (IInsuranceFund fund);

    /// @notice Venue of the perpetual contract.
    function VENUE() external view returns (IPerpVenue venue);

    /// @notice Checked spot prices.
    function PRICE_GUARD() external view returns (IPriceGuard guard);

    /// @notice Market whose coin is traded.
    function MARKET_ID() external view returns (uint24 marketId);
}
