// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ParamStatus} from "../types/RiskTypes.sol";
import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {MarketCaps} from "../types/VaultTypes.sol";
import {SideTerms, VaultKit} from "./VaultKit.sol";
import {VaultOpening} from "./VaultOpening.sol";
import {VaultCore} from "./VaultCore.sol";

/// @title What owners do with their positions before expiry
abstract contract VaultPositions is VaultCore {
    /// @inheritdoc IOptionVaultCore
    function open(
        uint256 seriesId,
        uint128 sizeE8,
        uint128 collateral,
        address to
    ) external nonReentrant returns (uint256 positionId) {
        Series memory series = SeriesId.decode(seriesId);
        SideTerms memory terms = VaultKit.termsOf(_state, series);
        VaultKit.requireAmount(collateral, MarginMath.MAX_COLLATERAL);
        (uint256 required, uint16 classId, ) = VaultOpening.requirement(_state, _links(), series, terms, sizeE8);
        if (collateral < required) revert VaultCollateralTooLow(collateral, required);
        positionId = _create(series, terms.decimals, sizeE8, collateral);
        _requireCaps(series, sizeE8);
        emit PositionOpened(positionId, msg.sender, seriesId, sizeE8, collateral, classId, to);
        RISK_ORACLE.registerPosition(positionId, classId);
        TOKEN.mint(to, seriesId, sizeE8);
        _pull(terms.token, collateral);
    }

    /// @inheritdoc IOptionVaultCore
    function mintMore(uint256 positionId, uint128 sizeE8, uint128 collateral, address to) external nonReentrant {
        (ShortPosition memory position, SideTerms memory terms) = _ownedBeforeExpiry(positionId);
        _requireReceiver(position, to);
        VaultOpening.requireOpenable(_state, position.series, terms);
        VaultKit.requireAmount(sizeE8, MarginMath.MAX_SIZE_E8);
        uint256 newSizeE8 = position.sizeE8 + sizeE8;
        uint256 newCollateral = position.collateral + collateral;
        VaultKit.requireAmount(newSizeE8, MarginMath.MAX_SIZE_E8);
        VaultKit.requireAmount(newCollateral, MarginMath.MAX_COLLATERAL);
        _increaseRisk(position, terms, newSizeE8, newCollateral);
        _requireCaps(position.series, newSizeE8);
        TOKEN.mint(to, SeriesId.encode(position.series), sizeE8);
        if (collateral != 0) _pull(terms.token, collateral);
    }

    /// @inheritdoc IOptionVaultCore
    function addCollateral(uint256 positionId, uint128 amount) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        SideTerms memory terms = VaultKit.termsOf(_state, position.series);
        VaultKit.requireAmount(amount, MarginMath.MAX_COLLATERAL - position.collateral);
        _resize(position, position.sizeE8, position.collateral + amount);
        emit CollateralAdded(positionId, msg.sender, amount, uint128(position.collateral));
        if (position.isFlagged) _endFlagIfHealthy(position);
        _pull(terms.token, amount);
    }

    /// @inheritdoc IOptionVaultCore
    function removeCollateral(uint256 positionId, uint128 amount, address to) external nonReentrant {
        (ShortPosition memory position, SideTerms memory terms) = _ownedBeforeExpiry(positionId);
        _requireReceiver(position, to);
        VaultKit.requireAmount(amount, position.collateral);
        _increaseRisk(position, terms, position.sizeE8, position.collateral - amount);
        _push(terms.token, to, amount);
    }

    /// @inheritdoc IOptionVaultCore
    function close(uint256 positionId, uint128 sizeE8, uint128 withdraw) external nonReentrant returns (uint128 paid) {
        (ShortPosition memory position, SideTerms memory terms) = _ownedBeforeExpiry(positionId);
        VaultKit.requireAmount(sizeE8, position.sizeE8);
        uint256 seriesId = SeriesId.encode(position.series);
        if (sizeE8 == position.sizeE8) {
            paid = uint128(position.collateral);
            _resize(position, 0, 0);
            emit PositionChanged(positionId, 0, 0);
        } else {
            paid = withdraw;
            _reduce(position, terms, sizeE8, withdraw);
        }
        TOKEN.burn(msg.sender, seriesId, sizeE8);
        _push(terms.token, position.owner, paid);
    }

    function _reduce(
        ShortPosition memory position,
        SideTerms memory terms,
        uint256 closedE8,
        uint256 withdraw
    ) private {
        if (withdraw > position.collateral) revert VaultAmountInvalid(withdraw, position.collateral);
        uint256 restSizeE8 = position.sizeE8 - closedE8;
        uint256 rest = position.collateral - withdraw;
        // Without a withdrawal the collateral does not fall, so it needs no new comparison with the minimum.
        if (withdraw != 0 && rest < terms.minCollateral) revert VaultCollateralTooLow(rest, terms.minCollateral);
        // Up to the closed share collateral per contract does not fall, so health does not either: no price is needed.
        if (withdraw <= (position.collateral * closedE8) / position.sizeE8) {
            _resize(position, restSizeE8, rest);
            emit PositionChanged(position.id, uint128(restSizeE8), uint128(rest));
            return;
        }
        _increaseRisk(position, terms, restSizeE8, rest);
    }

    /// @dev Stores the new totals first and checks the initial requirement on them. As it holds, the position is healthy and
    /// any auction ends.
    function _increaseRisk(
        ShortPosition memory position,
        SideTerms memory terms,
        uint256 sizeE8,
        uint256 collateral
    ) private {
        VaultOpening.requireNewRisk(_state);
        uint256 changedAt = sizeE8 > position.sizeE8 ? VaultOpening.NEW_SIZE : position.coolOffFrom;
        position.coolOffFrom = block.timestamp;
        _endFlag(position);
        _resize(position, sizeE8, collateral);
        emit PositionChanged(position.id, uint128(sizeE8), uint128(collateral));
        VaultOpening.requireInitial(_state, _links(), position, terms.minCollateral, changedAt);
        RISK_ORACLE.raiseEpoch(position.id);
    }

    /// @dev After the sums have grown.
    function _requireCaps(Series memory series, uint256 sizeE8) private view {
        MarketCaps memory caps = _state.sides[VaultKit.sideKey(series.marketId, series.isPut)].caps;
        uint256 sums = _state.series[SeriesId.encode(series)].sums;
        if (
            sizeE8 > caps.maxSizeE8 ||
            SeriesSums.sizeOf(sums) > caps.maxOpenInterestE8 ||
            SeriesSums.collateralOf(sums) > caps.maxCollateral ||
            SeriesSums.countOf(sums) > caps.maxPositions
        ) revert VaultCapExceeded(SeriesId.encode(series), caps);
    }

    /// @dev Must not revert, for a top-up needs no price and no oracle: without either the flag stays, and {unflag} ends it
    /// later. So what cannot be read is passed over: hence the empty blocks.
    function _endFlagIfHealthy(ShortPosition memory position) private {
        try PRICE_GUARD.spotE8(position.series.marketId) returns (uint64 spotE8, uint40) {
            try RISK_ORACLE.maintenanceParams(address(this), position.id) returns (uint16 rhoBps, uint16, ParamStatus) {
                if (VaultKit.health(position, VaultKit.payoffAt(position, spotE8), rhoBps) < VaultKit.HEALTHY_WAD)
                    return;
                _endFlag(position);
                _store(position);
            } catch {} // solhint-disable-line no-empty-blocks
        } catch {} // solhint-disable-line no-empty-blocks
    }

    function _ownedBeforeExpiry(
        uint256 positionId
    ) private view returns (ShortPosition memory position, SideTerms memory terms) {
        position = VaultKit.active(_state, positionId);
        _requireMayAct(position);
        VaultKit.requireBeforeExpiry(position.series);
        terms = VaultKit.termsOf(_state, position.series);
    }
}
