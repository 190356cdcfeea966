// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {SeriesId} from "../libraries/SeriesId.sol";
import {RiskParams} from "../types/RiskTypes.sol";
import {SeriesState, ShortPosition} from "../types/VaultTypes.sol";
import {VaultMarkets} from "./VaultMarkets.sol";

/// @title What owners do with their positions before expiry
abstract contract VaultPositions is VaultMarkets {
    /// @inheritdoc IOptionVault
    function open(
        uint256 seriesId,
        uint128 sizeE8,
        uint128 collateral,
        address to
    ) external nonReentrant returns (uint256 positionId) {
        Terms memory terms = _termsOf(seriesId);
        _requireAmount(collateral, MarginMath.MAX_COLLATERAL);
        (uint256 required, uint16 classId, ) = _openingRequirement(terms, sizeE8);
        if (collateral < required) revert VaultCollateralTooLow(collateral, required);
        positionId = _create(seriesId, classId, sizeE8, collateral);
        emit PositionOpened(positionId, msg.sender, seriesId, sizeE8, collateral, classId, to);
        RISK_ORACLE.registerPosition(positionId, classId);
        TOKEN.mint(to, seriesId, sizeE8);
        _pull(terms.token, collateral);
    }

    /// @inheritdoc IOptionVault
    function mintMore(uint256 positionId, uint128 sizeE8, uint128 collateral, address to) external nonReentrant {
        (ShortPosition storage position, Terms memory terms) = _ownedBeforeExpiry(positionId);
        if (!terms.live) revert VaultMarketNotLive(terms.series.marketId);
        SeriesId.requireOpenable(terms.series, block.timestamp);
        uint256 newSizeE8 = uint256(position.sizeE8) + sizeE8;
        uint256 newCollateral = uint256(position.collateral) + collateral;
        _requireAmount(sizeE8, MarginMath.MAX_SIZE_E8);
        _requireAmount(newSizeE8, MarginMath.MAX_SIZE_E8);
        _requireAmount(newCollateral, MarginMath.MAX_COLLATERAL);
        _requireInitial(positionId, terms, newSizeE8, newCollateral);
        _applyRiskIncrease(positionId, position, newSizeE8, newCollateral);
        TOKEN.mint(to, position.seriesId, sizeE8);
        if (collateral != 0) _pull(terms.token, collateral);
    }

    /// @inheritdoc IOptionVault
    function addCollateral(uint256 positionId, uint128 amount) external nonReentrant {
        ShortPosition storage position = _activePosition(positionId);
        Terms memory terms = _termsOf(position.seriesId);
        _requireBeforeExpiry(position.seriesId, terms.series);
        _requireAmount(amount, MarginMath.MAX_COLLATERAL - position.collateral);
        uint256 newCollateral = uint256(position.collateral) + amount;
        _resize(positionId, position, position.sizeE8, newCollateral);
        emit CollateralAdded(positionId, msg.sender, amount, uint128(newCollateral));
        if (position.flaggedAt != 0) _clearFlagIfHealthy(positionId, position, terms);
        _pull(terms.token, amount);
    }

    /// @inheritdoc IOptionVault
    function removeCollateral(uint256 positionId, uint128 amount, address to) external nonReentrant {
        (ShortPosition storage position, Terms memory terms) = _ownedBeforeExpiry(positionId);
        _requireReceiver(to);
        _requireAmount(amount, position.collateral);
        uint256 newCollateral = position.collateral - amount;
        _requireInitial(positionId, terms, position.sizeE8, newCollateral);
        _applyRiskIncrease(positionId, position, position.sizeE8, newCollateral);
        _push(terms.token, to, amount);
    }

    /// @inheritdoc IOptionVault
    function close(uint256 positionId, uint128 sizeE8, uint128 withdraw) external nonReentrant returns (uint128 paid) {
        (ShortPosition storage position, Terms memory terms) = _ownedBeforeExpiry(positionId);
        _requireAmount(sizeE8, position.sizeE8);
        uint256 restSizeE8 = position.sizeE8 - sizeE8;
        if (restSizeE8 == 0) {
            paid = position.collateral;
            _resize(positionId, position, 0, 0);
            emit PositionChanged(positionId, 0, 0);
        } else {
            paid = withdraw;
            _reduce(positionId, terms, restSizeE8, withdraw);
        }
        TOKEN.burn(msg.sender, position.seriesId, sizeE8);
        _push(terms.token, msg.sender, paid);
    }

    function _reduce(uint256 positionId, Terms memory terms, uint256 restSizeE8, uint256 withdraw) private {
        ShortPosition storage position = _positions[positionId];
        if (withdraw > position.collateral) revert VaultAmountInvalid(withdraw, position.collateral);
        uint256 rest = position.collateral - withdraw;
        uint256 closedE8 = position.sizeE8 - restSizeE8;
        // Without a withdrawal the collateral does not fall, so it needs no new comparison with the minimum.
        if (withdraw != 0 && rest < terms.minCollateral) revert VaultCollateralTooLow(rest, terms.minCollateral);
        // Up to the closed share collateral per contract does not fall, so health does not either: no price is needed.
        if (withdraw <= (uint256(position.collateral) * closedE8) / position.sizeE8) {
            _resize(positionId, position, restSizeE8, rest);
            emit PositionChanged(positionId, uint128(restSizeE8), uint128(rest));
            return;
        }
        _requireInitial(positionId, terms, restSizeE8, rest);
        _applyRiskIncrease(positionId, position, restSizeE8, rest);
    }

    function _create(
        uint256 seriesId,
        uint16 classId,
        uint128 sizeE8,
        uint128 collateral
    ) private returns (uint256 positionId) {
        positionId = ++_positionCount;
        // Widths were checked by the caller against MAX_SIZE_E8 and MAX_COLLATERAL.
        _positions[positionId] = ShortPosition({
            owner: msg.sender,
            coolOffFrom: uint40(block.timestamp),
            classId: classId,
            sizeE8: uint80(sizeE8),
            collateral: uint112(collateral),
            flaggedAt: 0,
            flagPiBps: 0,
            seriesId: seriesId
        });
        SeriesState storage state = _series[seriesId];
        state.shortOiE8 += uint96(sizeE8);
        state.collateral += collateral;
        ++state.unsettledCount;
    }

    /// @dev The initial requirement holds on the new totals, so that the position is healthy and any auction ends.
    function _applyRiskIncrease(
        uint256 positionId,
        ShortPosition storage position,
        uint256 sizeE8,
        uint256 collateral
    ) private {
        position.coolOffFrom = uint40(block.timestamp);
        _resize(positionId, position, sizeE8, collateral);
        emit PositionChanged(positionId, uint128(sizeE8), uint128(collateral));
        _clearFlag(positionId, position);
        RISK_ORACLE.raiseEpoch(positionId);
    }

    /// @dev Must not revert, for a top-up needs no price and no oracle: without either the flag stays, and {unflag} ends it
    /// later. So what cannot be read is passed over: hence the empty blocks.
    function _clearFlagIfHealthy(uint256 positionId, ShortPosition storage position, Terms memory terms) private {
        try PRICE_GUARD.spotE8(terms.series.marketId) returns (uint64 spotE8, uint40) {
            try RISK_ORACLE.getParams(address(this), positionId) returns (RiskParams memory params) {
                Payoff memory payoff = _payoffAt(terms, spotE8);
                if (_health(position, payoff, params.rhoBps) >= HEALTHY_WAD) _clearFlag(positionId, position);
            } catch {} // solhint-disable-line no-empty-blocks
        } catch {} // solhint-disable-line no-empty-blocks
    }

    function _ownedBeforeExpiry(
        uint256 positionId
    ) private view returns (ShortPosition storage position, Terms memory terms) {
        position = _activePosition(positionId);
        if (position.owner != msg.sender) revert VaultNotOwner(positionId, msg.sender);
        terms = _termsOf(position.seriesId);
        _requireBeforeExpiry(position.seriesId, terms.series);
    }
}
