// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {IOptionVaultQuotes} from "../interfaces/IOptionVaultQuotes.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {PositionWords, ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {StoredPosition, StoredSeries, VaultControl, VaultState} from "../types/VaultState.sol";
import {LiquidationSettings} from "../types/VaultTypes.sol";
import {Links} from "./VaultKit.sol";

/// @title State of the vault and the steps that every part of it takes
abstract contract VaultStorage is IOptionVaultLog, IOptionVaultQuotes, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant MIN_STAGE_SEC = 1 minutes;
    uint256 private constant MAX_ORDERLY_SEC = 1 days;
    uint256 private constant MAX_LATE_SEC = 7 days;
    uint256 private constant MAX_FLAG_LIFE_SEC = 30 days;
    /// @dev Twice the buffer: more would close far more than the market asks for.
    uint256 private constant MAX_TARGET_HEALTH_BPS = 20_000;
    /// @dev 1 % of the equity: many times the gas of a flag for positions worth flagging.
    uint256 private constant MAX_FLAG_BOUNTY_BPS = 100;

    /// @inheritdoc IOptionVaultQuotes
    IRiskOracle public immutable RISK_ORACLE;
    /// @inheritdoc IOptionVaultQuotes
    IPriceGuard public immutable PRICE_GUARD;

    /// @dev The vault and the code it runs for rarer calls share this layout: nothing may be declared before it but by the parents.
    VaultState internal _state;

    constructor(Links memory links) {
        RISK_ORACLE = links.oracle;
        PRICE_GUARD = links.guard;
    }

    function _setLiquidationSettings(LiquidationSettings memory settings) internal {
        if (
            settings.orderlySec < MIN_STAGE_SEC ||
            settings.orderlySec > MAX_ORDERLY_SEC ||
            settings.lateSec < MIN_STAGE_SEC ||
            settings.lateSec > MAX_LATE_SEC ||
            settings.coolOffSec > settings.orderlySec ||
            settings.flagLifeSec < uint256(settings.orderlySec) + settings.lateSec ||
            settings.flagLifeSec > MAX_FLAG_LIFE_SEC ||
            settings.targetHealthBps <= MarginMath.BPS ||
            settings.targetHealthBps > MAX_TARGET_HEALTH_BPS ||
            settings.flagBountyBps > MAX_FLAG_BOUNTY_BPS
        ) revert VaultSettingsInvalid(settings);
        VaultControl storage control = _state.control;
        // Fit: the limits above lie below 2^24 seconds.
        (control.orderlySec, control.lateSec) = (uint24(settings.orderlySec), uint24(settings.lateSec));
        (control.coolOffSec, control.flagLifeSec) = (uint24(settings.coolOffSec), uint24(settings.flagLifeSec));
        (control.targetHealthBps, control.flagBountyBps) = (settings.targetHealthBps, settings.flagBountyBps);
        emit LiquidationSettingsSet(settings);
    }

    /// @dev Kept with the series from its first settlement on, so that redemptions need no other contract. At that moment
    /// there are as many longs as shorts, and no more than the caps of a side allow: 64 bits.
    function _settlementPrice(
        uint256 seriesId,
        Series memory series,
        StoredSeries storage stored,
        ISettlementOracle settlementOracle
    ) internal returns (uint64 priceE8) {
        priceE8 = stored.priceE8;
        if (priceE8 != 0) return priceE8;
        bool isFinal;
        (priceE8, isFinal) = settlementOracle.settlementPrice(series.marketId, series.expiry);
        if (!isFinal) revert VaultSettlementPriceMissing(seriesId);
        (stored.priceE8, stored.longsLeftE8) = (priceE8, uint64(SeriesSums.sizeOf(stored.sums)));
    }

    function _links() internal view returns (Links memory links) {
        (links.oracle, links.guard) = (RISK_ORACLE, PRICE_GUARD);
    }

    /// @dev What an operator does for an owner may only benefit the owner.
    function _requireReceiver(ShortPosition memory position, address to) internal view {
        _requireReceiver(to);
        if (msg.sender != position.owner && to != position.owner) revert VaultOperatorRedirects(position.id, to);
    }

    /// @dev The owner or one of his operators.
    function _requireMayAct(ShortPosition memory position) internal view {
        bool mayAct = position.owner == msg.sender || _state.operators[position.owner][msg.sender];
        if (!mayAct) revert VaultNotOwner(position.id, msg.sender);
    }

    function _requireReceiver(address to) internal pure {
        if (to == address(0)) revert VaultReceiverZero();
    }

    /// @dev Ends an auction in memory; the caller has shown that health is at least 1, and stores the position.
    function _endFlag(ShortPosition memory position) internal {
        if (!position.isFlagged) return;
        (position.isFlagged, position.isCharged) = (false, false);
        emit PositionUnflagged(position.id);
    }

    /// @dev Stores a position with a new size and collateral and moves the sums of its series by the difference. A position
    /// left without size has ended, which its second word says. The oracle is not told: to forget a word costs more than what
    /// of it is paid back, ids are never used twice, and whoever asks the vault learns that it is not active.
    function _resize(ShortPosition memory position, uint256 sizeE8, uint256 collateral) internal {
        if (sizeE8 == 0) {
            _end(_state.series[SeriesId.encode(position.series)], position);
            return;
        }
        StoredSeries storage series = _state.series[SeriesId.encode(position.series)];
        uint256 sums = series.sums;
        series.sums = SeriesSums.pack(
            SeriesSums.sizeOf(sums) + sizeE8 - position.sizeE8,
            SeriesSums.collateralOf(sums) + collateral - position.collateral,
            SeriesSums.countOf(sums)
        );
        (position.sizeE8, position.collateral) = (sizeE8, collateral);
        _store(position);
    }

    /// @dev Ends a position of the series, see {_resize}. Returns the sums of those that are left.
    function _end(StoredSeries storage series, ShortPosition memory position) internal returns (uint256 left) {
        uint256 sums = series.sums;
        left = SeriesSums.pack(
            SeriesSums.sizeOf(sums) - position.sizeE8,
            SeriesSums.collateralOf(sums) - position.collateral,
            SeriesSums.countOf(sums) - 1
        );
        series.sums = left;
        (position.sizeE8, position.collateral) = (0, 0);
        _state.positions[position.id].state = 0;
    }

    /// @dev Stores a new position of the caller and adds it to the sums of its series.
    function _create(
        Series memory series,
        uint256 decimals,
        uint256 sizeE8,
        uint256 collateral
    ) internal returns (uint256 positionId) {
        uint40 count = _state.control.positionCount + 1;
        _state.control.positionCount = count;
        positionId = count;
        ShortPosition memory position;
        (position.id, position.owner, position.series) = (positionId, msg.sender, series);
        (position.sizeE8, position.collateral) = (sizeE8, collateral);
        (position.coolOffFrom, position.decimals) = (block.timestamp, decimals);
        StoredPosition storage stored = _state.positions[positionId];
        (stored.terms, stored.state) = (PositionWords.packTerms(position), PositionWords.packState(position));
        StoredSeries storage storedSeries = _state.series[SeriesId.encode(series)];
        uint256 sums = storedSeries.sums;
        storedSeries.sums = SeriesSums.pack(
            SeriesSums.sizeOf(sums) + sizeE8,
            SeriesSums.collateralOf(sums) + collateral,
            SeriesSums.countOf(sums) + 1
        );
    }

    function _store(ShortPosition memory position) internal {
        _state.positions[position.id].state = PositionWords.packState(position);
    }

    function _credit(IERC20 token, address account, uint256 amount) internal {
        if (amount == 0) return;
        _state.claims[address(token)][account] += amount;
        emit Credited(address(token), account, amount);
    }

    function _pull(IERC20 token, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert VaultTokenReceivedMismatch(address(token), received, amount);
    }

    /// @dev Some tokens refuse transfers of zero.
    function _push(IERC20 token, address to, uint256 amount) internal {
        if (amount != 0) token.safeTransfer(to, amount);
    }
}
